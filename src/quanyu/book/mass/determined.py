"""The claims of a determination booked at once: which are new, which are revised, what moves, and what is written."""

from dataclasses import dataclass

import polars as pl

from quanyu.book.claims import add_events
from quanyu.book.journal import Journal, reserve
from quanyu.book.mass.claimed import Noticed, claim_rows, event_rows, fact_rows, moves_between, paid_of, transfer_rows
from quanyu.book.mass.found import Found, numbered_claims, standing_units
from quanyu.book.mass.kept import copying, keep_claims, keep_parties, rule_of
from quanyu.book.mass.owed import wanted_of
from quanyu.book.mass.queued import Amounts, exact_amounts
from quanyu.book.mass.stood import standing_dues, stood_claims
from quanyu.book.versions import Version

__all__ = ["Determined", "book_claims"]


@dataclass(frozen=True, slots=True)
class Determined:
    """What a determination did: claims that are new and revised, others that moved, and amounts in fen.

    amount: of the new and revised claims as they stand now. due: what became due less what went back. paid: at once.
    columns: whether the money was split in columns.
    """

    claims: int
    revised: int
    moved: int
    amount: int
    due: int
    paid: int
    columns: bool


def book_claims(journal: Journal, version: Version, found: Found, *, pay: bool) -> Determined:
    """Writes everything that follows from a determination. Raises Refused with what covers and settlement find."""
    base = {**found.keys, **_dates(found.notice)}
    amounts = exact_amounts(version, found.units, base)
    stood = stood_claims(journal.connection, version)
    frame = standing_units(journal, found, amounts.fen, stood)
    amounts = Amounts(amounts.fen[frame["row"].to_numpy()], amounts.kind[frame["row"].to_numpy()], amounts.rows)
    mine, people = numbered_claims(journal, version, found, frame)
    wanted = wanted_of(journal, version, mine, amounts, (stood, base, found.units))
    moves = moves_between(wanted.frame, standing_dues(journal.connection, version, wanted.claims))
    policies = stood.claims.select("claim_id", "policy_id")
    return _write(journal, version, found, (mine, people), (moves, policies, wanted.columns), pay=pay)


def _dates(notice: Noticed) -> dict[str, str]:
    return {
        "occurred": notice.occurred.isoformat(),
        "reported": notice.reported.isoformat(),
        "determined": notice.determined.isoformat(),
    }


def _write(
    journal: Journal,
    version: Version,
    found: Found,
    written: tuple[pl.DataFrame, pl.DataFrame],
    money: tuple[pl.DataFrame, pl.DataFrame, bool],
    *,
    pay: bool,
) -> Determined:
    (mine, people), (moves, policies, columns) = written, money
    claims = mine.select("claim_id", "claimant_id", "policy_id")
    own = moves.join(claims, on="claim_id", how="semi", maintain_order="left")
    paid = paid_of(own, claims.drop("policy_id")) if pay else own.head(0)
    sums = paid.group_by("claim_id").agg(pl.col("amount").sum().alias("paid"))
    mine = mine.join(sums, on="claim_id", how="left", maintain_order="left").with_columns(pl.col("paid").fill_null(0))
    mine = mine.sort("claim_id")
    others = moves.join(claims, on="claim_id", how="anti", maintain_order="left")
    moved = others["claim_id"].unique(maintain_order=True)
    add_events(journal, moved.to_list(), "settled", {"by": found.number})
    beside = moved.to_frame().join(policies, on="claim_id", how="left", maintain_order="left")
    first = reserve(journal.connection, "transfer_id", moves.height + paid.height) if moves.height else 0
    _keep(journal, version, found, (mine, people), (_Transfers(journal, version, moves, paid, first), beside))
    back = own.join(claims, left_on=["claim_id", "payer_id"], right_on=["claim_id", "claimant_id"], how="semi")
    return Determined(
        claims=int(mine["new"].sum()),
        revised=int((~mine["new"]).sum()),
        moved=moved.len(),
        amount=int(mine["amount"].sum()),
        due=int(own["amount"].sum()) - 2 * int(back["amount"].sum()),
        paid=int(paid["amount"].sum()),
        columns=columns,
    )


@dataclass
class _Transfers:
    """What becomes due and what is paid, whose rows are made claims by claims. next: the id of the next one."""

    journal: Journal
    version: Version
    due: pl.DataFrame
    paid: pl.DataFrame
    next: int

    def rows(self, claims: pl.DataFrame) -> pl.DataFrame:
        """The rows of some claims, in their order. claims: claim_id, policy_id."""
        every = pl.concat(
            part.join(claims, on="claim_id", how="inner", maintain_order="left").with_columns(stage=pl.lit(stage))
            for stage, part in (("due", self._among(self.due, claims)), ("paid", self._among(self.paid, claims)))
        )
        rows = transfer_rows(
            self.version, every.sort("claim_id", maintain_order=True), self.next, self.journal.booked_on
        )
        self.next += rows.height
        return rows

    def _among(self, moves: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
        ends = claims.select(low=pl.col("claim_id").min(), high=pl.col("claim_id").max()).row(0)
        return moves.filter(pl.col("claim_id").is_between(*ends))


def _keep(
    journal: Journal,
    version: Version,
    found: Found,
    written: tuple[pl.DataFrame, pl.DataFrame],
    money: tuple[_Transfers, pl.DataFrame],
) -> None:
    (mine, people), (transfers, others) = written, money
    rule = rule_of(journal)

    def made(block: pl.Series) -> dict[str, pl.DataFrame]:
        part = mine.filter(pl.col("claim_id").is_between(block[0], block[-1]))
        return {
            "claim": claim_rows(version, part.filter("new"), found.keys, found.notice),
            "fact": fact_rows(part, found.notice),
            "claim_event": event_rows(part, found.notice),
            "transfer": transfers.rows(part.select("claim_id", "policy_id")),
        }

    with copying(journal) as copy:
        copy("party", people)
        parties = keep_parties(journal, people, rule) if people.height else b""
        claims = keep_claims(journal, mine["claim_id"], made, rule=rule, copy=copy) if mine.height else b""
        if others.height:
            copy("transfer", transfers.rows(others))
    if people.height:
        journal.record("party", people["id"].to_numpy(), parties)
    if mine.height:
        journal.record("claim", mine["claim_id"].to_numpy(), claims)
