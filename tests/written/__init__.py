"""Programmes and histories in the file's notation (nested dicts), written out as a file and read by the product.

Takes: the dicts that `oracle.strategies` draws, or hand-made ones of the same form.
Gives: the product's Programme, plans and histories.
Never: computes anything.
"""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

from quanyu.language.load import read_programme
from quanyu.language.programme import Programme
from quanyu.waterfall.compile import compile_flow
from quanyu.waterfall.fen import Arithmetic, Fen
from quanyu.waterfall.fold import fold
from quanyu.waterfall.history import Deposit, History, Premium, Row
from quanyu.waterfall.outcome import Held, Outcome
from quanyu.waterfall.plan import Plan

Notation = dict[str, Any]
KEYS = ("event", "insured", "policy", "period", "person", "treaty", "claimant", "stay", "client", "patent", "of")
_PLAIN = ("claim", "cover", "t", "amount")
_NEEDED: Notation = {
    "programme": "random.case",
    "version": "2021-01-01",
    "name": "random",
    "family": "property",
    "illustrative": ["all"],
    "covers": {"fire": {"pays": "assessed"}},
    "examples": [{"rate": {"sum": 1}, "expect": 1}],
}


def written(value: Any) -> str:
    """The file: JSON, which is YAML too. Fractions stand as quotients."""
    return json.dumps(value, default=str, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Fraction):
        return f"{value.numerator} / {value.denominator}" if value.denominator != 1 else value.numerator
    return "0%" if value == "00%" else value  # the file refuses a number that begins with a needless zero


def _pool(pool: Mapping[str, Any]) -> Notation:
    out = {k: v for k, v in pool.items() if k != "shares"}
    shares = pool.get("shares")
    return out | ({"members": shares} if isinstance(shares, list) else {"shares": shares} if shares else {})


def _labelled(steps: Sequence[Mapping[str, Any]]) -> list[Notation]:
    """Sub-limits need a label in the file."""
    out = []
    for step in steps:
        made = dict(step)
        if "sublimits" in made:
            made["sublimits"] = [{"as": f"over-{n}", **sub} for n, sub in enumerate(made["sublimits"])]
        for inside in ("tower", "steps"):
            if inside in made:
                made[inside] = _labelled(made[inside])
        out.append(made)
    return out


def programme_of(notation: Mapping[str, Any]) -> Programme:
    """The programme that a notation states, once written and read."""
    made = {**_NEEDED, **notation}
    if isinstance(made["losses"], list):
        made["losses"] = _labelled(made["losses"])
    made["pools"] = {name: _pool(pool) for name, pool in (made.get("pools") or {}).items()}
    made.setdefault("parties", {"insurer": {"kind": "insurer"}})
    document, findings = read_programme(written(_plain(made)))
    assert document is not None, findings
    return document.value


def plan_of(notation: Mapping[str, Any], flow: str = "losses", side: Literal["from", "to"] = "from") -> Plan:
    """The plan of one side of a flow."""
    return compile_flow(programme_of(notation), flow, side)


def row_of(row: Mapping[str, Any]) -> Row:
    """A row: `t` is its instant, the columns in KEYS its keys, all else fields."""
    keys = {k: str(v) for k, v in row.items() if k in KEYS}
    fields = {k: v for k, v in row.items() if k not in KEYS and k not in _PLAIN}
    return Row(str(row["claim"]), row.get("cover"), row.get("t", 1), row["amount"], keys, fields)


def history_of(history: Mapping[str, Any]) -> History:
    """A history: `rows`, `premium`, `deposits`, `members`, `borne`."""
    return History(
        rows=tuple(row_of(r) for r in history["rows"]),
        premium=tuple(_premium(p) for p in history.get("premium", ())),
        deposits=tuple(Deposit(d["account"], d["t"], d["amount"]) for d in history.get("deposits", ())),
        members=history.get("members", {}),
        borne=history.get("borne", {}),
    )


def _premium(row: Mapping[str, Any]) -> Premium:
    keys = {k: str(v) for k, v in row.items() if k in KEYS}
    return Premium(row["amount"], keys, row.get("parts", {}))


def split(
    plan: Plan, history: Mapping[str, Any], arithmetic: Arithmetic | None = None, *, held: Held | None = None
) -> Outcome:
    """The fold of a history; amounts are whole units of the programme's money unless `arithmetic` says otherwise."""
    outcome = fold(plan, history_of(history), arithmetic or Fen(1), held=held)
    assert isinstance(outcome, Outcome), outcome
    return outcome
