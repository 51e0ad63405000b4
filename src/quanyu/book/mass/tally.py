"""What a table of policies comes to: policies and premium by programme, premium by who pays it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import ARRAY, BigInteger, Connection, func, literal, select

from quanyu.book import tables as t
from quanyu.book.charging import ADVANCED
from quanyu.book.mass.people import Ids
from quanyu.book.versions import Version

__all__ = ["HOLDER", "Tally"]

HOLDER = "holder"
"""Who pays as the holder of the policy; all others by their kind in the programme."""


@dataclass
class Tally:
    """Counts of a table, by programme and currency. premium and payers: in fen."""

    policies: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    premium: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    payers: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    transfers: int = 0

    def add(self, version: Version, premium: Ids, holders: Ids, lines: pl.DataFrame) -> None:
        """A block of policies. holders: shape (rows,); lines: its transfers by row, label, payer_id and amount."""
        own = (version.code, version.currency)
        self.policies[own] += len(premium)
        self.premium[own] += int(premium.sum())
        self.transfers += lines.height
        paid = lines.filter(~pl.col("label").str.ends_with(f"/{ADVANCED}"))
        holder = pl.Series(holders[paid["row"].to_numpy()], dtype=pl.Int64)
        kinds = _kinds(version)
        kind = pl.col("payer_id").replace_strict(kinds, default="named", return_dtype=pl.String) if kinds else "named"
        said = pl.when(pl.col("payer_id") == holder).then(pl.lit(HOLDER)).otherwise(kind)
        for name, amount in paid.group_by(said.alias("kind")).agg(pl.col("amount").sum()).iter_rows():
            self.payers[(*own, str(name))] += int(amount)

    def add_written(self, connection: Connection, version: Version, *, premium: Ids, policies: Sequence[int]) -> None:
        """Policies that were written one by one, by their ids, in the order of their premiums."""
        c, p = t.transfer.c, t.policy.c
        query = select(c.policy_id, c.label, c.payer_id, c.amount, p.holder_id).join(t.policy, p.id == c.policy_id)
        own = query.where(p.id == func.any(literal(list(policies), ARRAY(BigInteger))), c.stage == "due")
        found = connection.execute(own).all()
        row = {policy: n for n, policy in enumerate(policies)}
        lines = pl.DataFrame(
            [(row[one.policy_id], one.label, one.payer_id, one.amount) for one in found],
            schema={"row": pl.Int64, "label": pl.String, "payer_id": pl.Int64, "amount": pl.Int64},
            orient="row",
        )
        holders = dict.fromkeys(range(len(policies)), 0) | {row[one.policy_id]: one.holder_id for one in found}
        self.add(version, premium, pl.Series(holders.values(), dtype=pl.Int64).to_numpy(), lines)


def _kinds(version: Version) -> dict[int, str]:
    programme = version.programme
    named = {name: str(party.kind) for name, party in programme.parties.items()}
    named |= dict.fromkeys(programme.accounts, "account")
    return {version.roles[name]: kind for name, kind in named.items() if name in version.roles}
