"""The decided claims of a version as columns, straight from the tables; claims of which the same is known are one kind.

What settlement reads of a kind comes from the same rows, cover and queue as that of a single claim: only names (claim,
insured, policy, event) stand in columns of their own.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, Text, literal, select
from sqlalchemy.dialects.postgresql import JSONB, array

from quanyu.book import tables as t
from quanyu.book.claims import Claim
from quanyu.book.mass.loaded import read_frame
from quanyu.book.told import Decided, Risk, Told, risks_on, rows_of
from quanyu.book.versions import Version
from quanyu.engine.claims import history_of
from quanyu.language.programme import Case
from quanyu.settlement.stated import misstated
from quanyu.waterfall.history import Increment, Mark, Row, normalise

__all__ = ["IDENTITY", "Lines", "Stood", "lines_of", "lines_of_told", "standing_dues", "stood_claims"]

IDENTITY = ("claim", "insured", "policy", "event")
"""What is said of every claim in a column of its own, and of no kind."""

_FEW = 1_000
_DECIDED = ("accepted", "declined")
_CLAIM = {
    "claim_id": pl.Int64, "claim": pl.String, "claimant_id": pl.Int64, "policy_id": pl.Int64, "insured": pl.String,
    "policy": pl.String, "event": pl.String, "keys": pl.String, "occurred": pl.Date, "reported": pl.Date,
}  # fmt: skip
_EVENT = {
    "claim_id": pl.Int64, "seq": pl.Int64, "kind": pl.String, "txn": pl.Int64, "amount": pl.String, "body": pl.String,
}  # fmt: skip
_FACT = {"claim_id": pl.Int64, "seq": pl.Int64, "fact": pl.String}
_RISK = {
    "claim_id": pl.Int64, "number": pl.String, "issued": pl.Date, "attached": pl.Date, "state": pl.String,
    "fields": pl.String,
}  # fmt: skip
_KIND = ("keys", "occurred", "reported", "body", "facts", "issued", "attached", "fields")
_LINE = {"kind": pl.Int64, "cover": pl.String, "instant": pl.Date, "place": pl.Int64, "amount": pl.Int64}


@dataclass(frozen=True)
class Stood:
    """Claims that were decided, in the order of their notice.

    claims: claim_id, claim (its number), claimant_id, policy_id, insured, policy, event, what is known of it as texts,
    `body` of the last decision without its amount, accepted, decisions (how many), first (their first transaction),
    day (by which it stands in the queue, of the last acceptance), stated (the amount that the last decision says, in
    fen), last and fact (the number and the body of the last fact).
    recovered: whether something came back of one of them.
    """

    claims: pl.DataFrame
    recovered: bool

    def without(self, claims: pl.Series) -> "Stood":
        """All but some, by their ids."""
        return replace(self, claims=self.claims.filter(~pl.col("claim_id").is_in(claims.to_list())))


@dataclass(frozen=True)
class Lines:
    """Lines of claims as settlement reads them.

    frame: claim_id, claim, claimant_id, insured, policy, event; kind (its place in `rows`), cover, instant, place
    (among the lines of its claim), amount in fen. rows: what is read of each kind, under names that mean nothing.
    """

    frame: pl.DataFrame
    rows: Sequence[Increment | Row]


def stood_claims(connection: Connection, version: Version) -> Stood:
    """All claims of a version that were decided."""
    claims = read_frame(connection, _claims(version), _CLAIM).sort("claim_id")
    events = read_frame(connection, _events(version), _EVENT).sort("claim_id", "seq")
    facts = read_frame(connection, _facts(version), _FACT).sort("claim_id", "seq")
    recovered = bool((events["kind"] == "recovered").any())
    accepted = pl.col("kind") == "accepted"
    day = pl.col("body").str.json_path_match("$.determined").str.to_date("%Y-%m-%d")
    decided = events.filter(pl.col("kind").is_in(_DECIDED)).with_columns(day=day)
    last = decided.group_by("claim_id", maintain_order=True).agg(
        pl.col("body").last(), accepted.last().alias("accepted"), pl.col("day").filter(accepted).last(),
        decisions=pl.len(), first=pl.col("txn").first(), stated=_fen(pl.col("amount").last()),
    )  # fmt: skip
    claims = claims.join(last, on="claim_id", how="inner", maintain_order="left")
    claims = _with_facts(_with_risks(connection, version, claims), facts)
    return Stood(claims.with_columns(pl.col("event").fill_null(pl.col("claim"))), recovered)


def _claims(version: Version) -> Select[Any]:
    c = t.claim.c
    keys = c["keys"]
    named = [keys[name].astext for name in IDENTITY[1:]]
    others = keys.op("-", return_type=JSONB())(array(IDENTITY, type_=Text))
    query = select(c.id, c.number, c.claimant_id, c.policy_id, *named, others, c.occurred, c.reported)
    return query.where(c.version_id == version.id)


def _events(version: Version) -> Select[Any]:
    c, e = t.claim.c, t.claim_event.c
    body = e.body.op("-", return_type=JSONB())(literal("amount", Text))
    return (
        select(e.claim_id, e.seq, e.kind, e.txn_id, e.body["amount"].astext, body)
        .join(t.claim, c.id == e.claim_id)
        .where(c.version_id == version.id, e.kind.in_((*_DECIDED, "recovered")))
    )


def _facts(version: Version) -> Select[Any]:
    c, f = t.claim.c, t.fact.c
    query = select(f.claim_id, f.seq, f.body).join(t.claim, c.id == f.claim_id)
    return query.where(c.version_id == version.id)


def _fen(amount: pl.Expr) -> pl.Expr:
    """Yuan as the book writes them, with two places, in fen."""
    return amount.str.replace(".", "", literal=True).cast(pl.Int64)


def _with_risks(connection: Connection, version: Version, claims: pl.DataFrame) -> pl.DataFrame:
    """The claims with the policies that they are under, as they stand on the day of the loss."""
    if claims["policy_id"].null_count() < claims.height:
        query = risks_on(t.claim.c.version_id == version.id)
        risks = read_frame(connection, query, _RISK).rename({"number": "under"})
    else:
        risks = pl.DataFrame(schema={**_RISK, "under": pl.String}).drop("number")
    claims = claims.join(risks.drop("state"), on="claim_id", how="left", maintain_order="left")
    insured = pl.coalesce("insured", "under", pl.col("claimant_id").cast(pl.String))
    claims = claims.with_columns(insured.alias("insured"), pl.coalesce("policy", "under").alias("policy"))
    return claims.with_columns(pl.coalesce("policy", "insured").alias("policy")).drop("under")


def _with_facts(claims: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """The claims with the facts that their decisions read, all in one text, and with the last fact of each."""
    upto = claims.select("claim_id", upto=pl.col("body").str.json_path_match("$.facts").cast(pl.Int64))
    known = facts.join(upto, on="claim_id", how="inner", maintain_order="left")
    ends = known.group_by("claim_id", maintain_order=True).agg(last=pl.col("seq").last(), fact=pl.col("fact").last())
    read = known.filter(pl.col("upto").is_null() | (pl.col("seq") <= pl.col("upto")))
    one = pl.concat_str([pl.lit("["), pl.col("seq").cast(pl.String), pl.lit(","), pl.col("fact"), pl.lit("]")])
    joined = read.group_by("claim_id", maintain_order=True).agg(facts=one.str.join(","))
    claims = claims.join(ends, on="claim_id", how="left", maintain_order="left")
    return claims.join(joined, on="claim_id", how="left", maintain_order="left")


def standing_dues(connection: Connection, version: Version, claims: pl.Series) -> pl.DataFrame:
    """What is due of claims as it was booked: claim_id, label, payer_id, receiver_id, amount."""
    schema = {
        "claim_id": pl.Int64, "label": pl.String, "payer_id": pl.Int64, "receiver_id": pl.Int64, "amount": pl.Int64,
    }  # fmt: skip
    if not claims.len():
        return pl.DataFrame(schema=schema)
    x = t.transfer.c
    own = x.claim_id.in_(claims.to_list()) if claims.len() <= _FEW else x.claim_id.between(claims.min(), claims.max())
    query = select(x.claim_id, x.label, x.payer_id, x.receiver_id, x.amount)
    query = query.where(own, x.version_id == version.id, x.stage == "due", x.flow == "losses")
    found = read_frame(connection, query, schema)
    return found if claims.len() <= _FEW else found.join(claims.to_frame("claim_id"), on="claim_id", how="semi")


# ------------------------------------------------------------ what settlement reads


def lines_of(version: Version, stood: Stood) -> Lines | None:
    """The lines of the claims that were accepted, and None where columns do not hold them."""
    claims = stood.claims.filter("accepted")
    firsts = claims.group_by(_KIND, maintain_order=True).agg(pl.len()).drop("len").with_row_index("number")
    claims = claims.join(firsts, on=_KIND, how="left", nulls_equal=True, maintain_order="left")
    kinds = [_nameless(_told(version, row), n) for n, row in enumerate(firsts.to_dicts())]
    return _lines(version, claims, kinds)


def lines_of_told(version: Version, told: Sequence[Told]) -> Lines | None:
    """The same of a few claims that are told one by one, by the last decision of each."""
    accepted = [one for one in told if one.decisions and one.decisions[-1].accepted]
    rows = []
    for n, one in enumerate(accepted):
        claim, under = one.claim, None if one.risk is None else one.risk.number
        keys = {name: None if claim.keys.get(name) is None else str(claim.keys[name]) for name in IDENTITY}
        insured = keys["insured"] or under or str(claim.claimant_id)
        rows.append(
            (
                claim.id, claim.number, claim.claimant_id, claim.policy_id, insured, keys["policy"] or under or insured,
                keys["event"] or claim.number, n,
            )
        )  # fmt: skip
    schema = {name: _CLAIM[name] for name in tuple(_CLAIM)[:7]} | {"number": pl.UInt32}
    claims = pl.DataFrame(rows, schema=schema, orient="row")
    return _lines(version, claims, [_nameless(one, n) for n, one in enumerate(accepted)])


def _told(version: Version, row: Mapping[str, Any]) -> Told:
    """A kind of claim as settlement is told of a single one."""
    claim = Claim(0, "", version.id, None, None, 0, row["occurred"], row["reported"], json.loads(row["keys"]))
    facts = tuple((seq, body) for seq, body in json.loads(f"[{row['facts'] or ''}]"))
    decided = Decided(0, dt.date.min, True, json.loads(row["body"]))
    fields = row["fields"]
    risk = None
    if row["issued"] is not None:
        risk = Risk("", row["issued"], row["attached"], None, {} if fields is None else json.loads(fields))
    return Told(claim, facts, (decided,), (), risk)


def _nameless(told: Told, n: int) -> list[dict[str, Any]]:
    """The rows of a claim, its names being the number of its kind."""
    keys = {name: value for name, value in told.claim.keys.items() if name not in IDENTITY}
    claim = replace(told.claim, number=f"k{n}", claimant_id=-1 - n, keys=keys)
    risk = None if told.risk is None else replace(told.risk, number=f"k{n}")
    return list(rows_of(replace(told, claim=claim, risk=risk), told.decisions[-1]))


def _lines(version: Version, claims: pl.DataFrame, kinds: Sequence[list[dict[str, Any]]]) -> Lines | None:
    """claims: with `number`, their kind among `kinds`, the rows of each."""
    found = _increments(version, [row for rows in kinds for row in rows])
    if found is None:
        return None
    listed: dict[int, int] = defaultdict(int)
    rows = []
    for place, one in enumerate(found):
        number = int(one.claim[1:])
        rows.append((number, place, str(one.cover), one.instant, listed[number], int(one.amount)))
        listed[number] += 1
    schema = {"number": pl.UInt32, **_LINE}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    named = claims.select("number", "claim_id", "claim", "claimant_id", *IDENTITY[1:])
    return Lines(named.join(frame, on="number", how="inner", maintain_order="left_right").drop("number"), found)


def _increments(version: Version, rows: Sequence[dict[str, Any]]) -> list[Increment] | None:
    """Rows of nameless claims after phase 1, those of nothing among them; None where they need the names."""
    plan = version.compiled.plans["losses", "from"]
    case = Case.model_validate({"case": {"zh": "账簿", "en": "the book"}, "programme": version.code})
    if misstated(version.programme, case, rows):
        return None
    history = history_of(version.compiled, "losses", rows, scale=100)
    if isinstance(history, list) or not all(_in_columns(row) for row in history.rows):
        return None
    increments, findings = normalise(plan, history.rows, _marks(history.rows), scale=100)
    return None if findings else increments


def _in_columns(row: Row) -> bool:
    """Whether a row has a date, no reduction, and its names from its claim alone, of which it is no copy."""
    if not row.claim[1:].isdigit():
        return False
    named = {row.claim, str(-1 - int(row.claim[1:]))}
    own = all(row.keys.get(name) in named for name in IDENTITY) and "claimant" not in row.keys
    return type(row.instant) is dt.date and row.amount >= 0 and own


def _marks(rows: Sequence[Row]) -> frozenset[Mark]:
    """The names of all increments, so that those of nothing stay."""
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in rows:
        counts[row.claim, str(row.cover), str(row.instant)] += 1
    return frozenset((*name, n) for name, count in counts.items() for n in range(1, count + 1))
