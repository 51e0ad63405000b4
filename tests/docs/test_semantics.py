"""Every worked table of the order of operations, run as it stands: exactly, and to the fen."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from docs.worked_tables import Table, Worked, read_page
from quanyu.checks import check_programme
from quanyu.engine import Compiled, compile_programme
from quanyu.engine.claims import history_of
from quanyu.engine.examples import side_named
from quanyu.language.load import Document, lay_over, make_case, make_programme
from quanyu.language.programme import Programme
from quanyu.language.scalars import Source
from quanyu.language.tree import Map
from quanyu.language.yaml import read_bytes
from quanyu.settlement import settle
from quanyu.terms import Finding, read_number, refusals
from quanyu.waterfall import Booking, Closing, Exact, Fen, History, Known, Outcome, Row, bookings, fold, hold

PAGE = read_page((Path(__file__).resolve().parents[2] / "docs/reference/semantics.md").read_text("utf-8"))
SCALES = (1, 100)
Amounts = dict[tuple[str, str], Fraction]


def number(text: str) -> Fraction:
    """A figure of the page: a number as in a programme file, with thousands parted by commas, or a quotient."""
    plain = text.replace(",", "").replace("−", "-")
    negative = plain.startswith("-")
    over = re.fullmatch(r"(\d+)/(\d+)", plain.lstrip("-"))
    value = Fraction(int(over[1]), int(over[2])) if over else read_number(plain.lstrip("-"))
    assert value is not None, text
    return -value if negative else value


def tree_of(text: str) -> Map:
    tree, findings = read_bytes(text.encode(), "page")
    assert isinstance(tree, Map), findings
    return tree


def programme_of(worked: Worked) -> tuple[Document[Programme] | None, list[Finding]]:
    document, findings = make_programme(lay_over(tree_of(PAGE.base), tree_of(worked.terms)), "page", {})
    return document, findings if document is None else check_programme(document)


def sourced(records: Sequence[Mapping[str, str]], **renamed: str) -> list[dict[str, Source]]:
    """Cells as a case states them."""
    told = ({k: v for k, v in record.items() if k not in ("known", "until")} for record in records)
    return [{renamed.get(k, k): Source(v.replace(",", "")) for k, v in record.items()} for record in told]


def told(worked: Worked, compiled: Compiled, scale: int, now: str | None = None) -> History | list[Finding]:
    """What the flow is told, as known at `now`."""
    flow, _ = side_named(worked.side)
    return history_of(
        compiled,
        "losses" if flow == "recoveries" else flow,
        sourced(_known(worked.all("claim"), now)),
        premium=sourced(_known(worked.all("premium"), now), premium="amount"),
        deposits=sourced(_known(worked.all("deposit"), now), deposit="amount"),
        scale=scale,
    )


def _known(records: Sequence[Mapping[str, str]], now: str | None) -> list[Mapping[str, str]]:
    """What is known at `now`: from `known` (its instant where that is not said) on, until it is corrected."""
    if now is None:
        return list(records)
    return [r for r in records if float(r.get("known", r.get("t", "0"))) <= float(now) < float(r.get("until", "inf"))]


def folded(worked: Worked, compiled: Compiled, scale: int) -> Outcome | tuple[Finding, ...]:
    history = told(worked, compiled, scale)
    if not isinstance(history, History):
        return tuple(history)
    flow, side = side_named(worked.side)
    if worked.named("recovered"):
        return recovered(worked, compiled, history, scale)
    return fold(compiled.plans[flow, side], history, Exact() if scale == 1 else Fen())


def recovered(worked: Worked, compiled: Compiled, losses: History, scale: int) -> Outcome | tuple[Finding, ...]:
    """What came back, and what it did to the losses. To the fen this is what settlement does with a case."""
    if scale == 100:
        case, findings = make_case(tree_of(_case(worked)), "page", {})
        assert case is not None, findings
        settled = settle(compiled, case.value)
        assert not isinstance(settled, list), settled
        return settled.asked
    borne = fold(compiled.plans["losses", "from"], losses, Exact())
    assert isinstance(borne, Outcome), borne
    by_claim: dict[str, dict[str, Any]] = defaultdict(dict)
    for (claim, party), amount in borne.by_claim().items():
        by_claim[claim][party] = amount
    rows = [{**r, "claim": f"{r['of']}/{n}"} for n, r in enumerate(worked.all("recovered"))]
    back = history_of(compiled, "recoveries", sourced(rows, recovered="amount"))
    assert isinstance(back, History), back
    recoveries = compiled.programme.recoveries
    assert recoveries is not None
    if recoveries.basis == "borne":
        return fold(compiled.plans["recoveries", "to"], replace(back, borne=by_claim), Exact())
    less = tuple(Row(r.keys["of"], r.cover, r.instant, -r.amount, r.keys, r.fields) for r in back.rows)
    smaller = fold(borne.plan, replace(losses, rows=losses.rows + less), Exact())
    assert isinstance(smaller, Outcome), smaller
    keys = {*borne.takes, *smaller.takes}
    return replace(smaller, takes={k: borne.takes.get(k, 0) - smaller.takes.get(k, 0) for k in keys})


def _case(worked: Worked) -> str:
    def listed(records: Sequence[Mapping[str, str]]) -> str:
        return "[" + ", ".join("{" + ", ".join(f"{k}: {v}" for k, v in r.items()) + "}" for r in records) + "]"

    back = [{"claim": r["of"], "amount": r["recovered"], "t": r["t"]} for r in worked.all("recovered")]
    parts = {"rows": listed(worked.all("claim")), "recovered": listed(back), "expect": "{}"}
    stated = "".join(f"{name}: {part}\n" for name, part in parts.items())
    return f"case: page\nprogramme: page.yaml\nflow: {worked.side.partition('.')[0]}\n{stated}"


def codes(worked: Worked) -> set[str]:
    """Every finding that refuses an example: on reading, on checking, on compiling, on the fold."""
    document, findings = programme_of(worked)
    found = {f.code for f in refusals(findings)}
    if document is None:
        return found
    compiled = compile_programme(document.value)
    if isinstance(compiled, list):
        return found | {f.code for f in compiled}
    for scale in SCALES:
        outcome = folded(worked, compiled, scale)
        found |= set() if isinstance(outcome, Outcome) else {f.code for f in outcome}
    return found


def named(worked: Worked) -> str:
    """The name of a test: its heading and its place on the page."""
    return worked.title.encode("ascii", "ignore").decode()


def settled_only(worked: Worked) -> bool:
    """Whether recoveries change the losses: only settlement knows both."""
    return worked.side == "losses.from" and bool(worked.named("recovered"))


@pytest.mark.parametrize("worked", [w for w in PAGE.worked if w.refused], ids=named)
def test_what_the_page_refuses_is_refused(worked: Worked) -> None:
    assert worked.refused in codes(worked)


RUNS = [(w, scale) for w in PAGE.worked for scale in SCALES if not w.refused and not (scale == 1 and settled_only(w))]


@pytest.mark.parametrize(
    ("worked", "scale"), RUNS, ids=[f"{named(w)} {'exactly' if s == 1 else 'to the fen'}" for w, s in RUNS]
)
def test_a_worked_table_comes_out(worked: Worked, scale: int) -> None:
    document, findings = programme_of(worked)
    assert document is not None, findings
    assert not refusals(findings), findings
    compiled = compile_programme(document.value)
    assert isinstance(compiled, Compiled), compiled
    if worked.named("booked"):
        _compare_bookings(worked, compiled, scale)
        return
    outcome = folded(worked, compiled, scale)
    assert isinstance(outcome, Outcome), outcome
    wrong = "exactly" if scale != 1 else "to the fen"
    compared = [_compared(table, outcome) for table in worked.tables if not table.kind.endswith(wrong)]
    assert any(compared) or all(t.kind.endswith(wrong) for t in worked.tables if "bears" in t.kind)


def _compared(table: Table, outcome: Outcome) -> bool:
    """Compares one result table, whole. False for a table of facts."""
    scale = outcome.scale
    if re.match("bears|receives", table.kind):
        for place, column in enumerate(table.head[1:], 1):
            expected = {row[0]: number(row[place]) for row in table.rows if row[place]}
            assert _of(outcome, column) == {k: v for k, v in expected.items() if v}, column
    elif table.kind == "caused":
        caused: dict[str, Fraction] = defaultdict(Fraction)
        for charge in outcome.charges:
            caused[f"{charge.label}: {charge.party}"] += Fraction(charge.amount) / scale
        assert dict(caused) == {row[0]: number(row[1]) for row in table.rows}
    elif table.kind == "account":
        shown = {name: Fraction(v) / scale for name, v in outcome.balances.items()}
        assert {row[0]: number(row[1]) for row in table.rows}.items() <= shown.items()
    else:
        return False
    return True


def _of(outcome: Outcome, column: str) -> dict[str, Fraction]:
    if column == "in all":
        return {k: Fraction(v) / outcome.scale for k, v in outcome.by_party().items() if v}
    return {p: Fraction(v) / outcome.scale for (c, p), v in outcome.by_claim().items() if c == column and v}


def _compare_bookings(worked: Worked, compiled: Compiled, scale: int) -> None:
    (table,) = worked.named("booked")
    stops = [re.fullmatch(r"at (\d+)(?:, in (\d+))?", head) for head in table.head[2:]]
    entries = _booked(worked, compiled, scale, [m[1] for m in stops if m])
    for place, stop in enumerate(stops, 2):
        assert stop is not None, table.head
        expected = {(row[0], row[1]): number(row[place]) for row in table.rows if row[place]}
        mine = [e for e in entries if e.now == Fraction(stop[1])]
        got: Amounts = defaultdict(Fraction)
        for entry in mine:
            got[entry.claim, entry.party] += Fraction(entry.amount) / scale
        assert dict(got) == expected, stop[0]
        assert not stop[2] or {e.period for e in mine} == {stop[2]}


def _booked(worked: Worked, compiled: Compiled, scale: int, stops: Sequence[str]) -> list[Booking]:
    """The entries of every stop, what was booked before standing where steps do not reopen."""
    flow, side = side_named(worked.side)
    plan = compiled.plans[flow, side]
    known: list[Known] = []
    for stop in stops:
        history = told(worked, compiled, scale, stop)
        assert isinstance(history, History), history
        held = hold(plan, known, history.rows, Fraction(stop))
        outcome = fold(plan, history, Exact() if scale == 1 else Fen(), held=held)
        assert isinstance(outcome, Outcome), outcome
        known.append(Known(Fraction(stop), history.rows, outcome))
    closes = tuple((r["closes"], Fraction(r["at"])) for r in worked.all("closes"))
    return bookings([(k.now, k.outcome) for k in known], Closing(closes) if closes else None)


def test_there_are_enough_of_them_and_every_attack_about_money_is_there() -> None:
    assert len(PAGE.worked) >= 30
    text = (Path(__file__).resolve().parents[2] / "docs/reference/semantics.md").read_text("utf-8")
    missing = [n for n in range(1, 24) if n not in (4, 6) and not re.search(rf"\bB{n}\b", text)]
    assert not missing
