"""Examples say what they try and what they expect, in names that exist."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.rules.named import key_columns
from quanyu.checks.rules.parties import takers
from quanyu.checks.steps import FLOWS, Path
from quanyu.checks.vocabulary import vocabulary
from quanyu.language.programme import Example, Programme
from quanyu.terms import Finding, Text

__all__ = ["RULE", "row_names"]

_ROW = frozenset({"t", "amount", "count", "account", "of", "plan", "currency", "at", "known", "days", "it", "date"})
_CLOCKS = frozenset({"occurred", "reported", "determined", "applied", "attached", "issued"})


def _search(inspection: Inspection) -> Iterator[Finding]:
    for n, example in enumerate(inspection.programme.examples):
        path: Path = ("examples", n)
        yield from _form(inspection, example, path)
        yield from _rows(inspection, example, path)
        yield from _expected(inspection, example, path)


def _form(inspection: Inspection, example: Example, path: Path) -> Iterator[Finding]:
    kinds = [k for k in ("cover", "rate", "flow") if getattr(example, k) is not None]
    if len(kinds) != 1:
        yield inspection.finding(
            "example-form",
            path,
            Text(
                "一个算例要么试 cover，要么 rate，要么 flow", "an example tries a cover, the rating (`rate`) or a flow"
            ),
            Text("写其中一个", "write exactly one of the three"),
        )
    if example.expect is None and not example.caused:
        yield inspection.finding(
            "example-without-expectation",
            path,
            Text("这个算例没有写预期结果", "this example expects nothing"),
            Text("写 expect:", "write expect:"),
        )
    if example.flow is None:
        return
    flow, _, side = example.flow.partition(".")
    if flow not in FLOWS or side not in ("", "from", "to") or getattr(inspection.programme, flow, None) is None:
        stated = [f for f in FLOWS if getattr(inspection.programme, f) is not None]
        yield inspection.finding(
            "unknown-flow",
            (*path, "flow"),
            Text(f"方案没有“{example.flow}”这条资金流", f"the programme has no flow `{example.flow}`"),
            Text(
                f"写其中之一：{'、'.join(stated)}，可加 .from 或 .to", f"one of {', '.join(stated)}, with .from or .to"
            ),
        )


def row_names(programme: Programme) -> set[str]:
    """Every name that a row of an example or a case may state."""
    words = vocabulary(programme, ())
    records = {item for fact in programme.facts.values() for item in fact.items}
    days = {getattr(cover.pays, "days", None) or "" for cover in programme.covers.values()}
    names = {*words.claim, *key_columns(programme), *_ROW, *_CLOCKS, *records, *days}
    return names | {column for scope in programme.scopes.values() for column in scope.columns}


def _rows(inspection: Inspection, example: Example, path: Path) -> Iterator[Finding]:
    known = row_names(inspection.programme)
    groups: list[tuple[Mapping[str, Any], Path]] = [
        (example.env, (*path, "env")),
        (example.rate or {}, (*path, "rate")),
    ]
    groups += [(row, (*path, "rows", n)) for n, row in enumerate(example.rows)]
    groups += [(row, (*path, "premium", n)) for n, row in enumerate(example.premium)]
    for row, at in groups:
        for name in row:
            paid = at[-2] == "premium" and name in inspection.programme.parties
            if name not in known and not paid:
                yield _unknown(inspection, name, (*at, name), known)
    for n, row in enumerate(example.deposits):
        account = row.get("account")
        if account is None or str(account) not in inspection.programme.accounts:
            yield inspection.finding(
                "unknown-account",
                (*path, "deposits", n, "account"),
                Text(f"没有名为“{account}”的账户", f"there is no account `{account}`"),
                Text("写 accounts 中的一个", "write one of `accounts`"),
            )


def _unknown(inspection: Inspection, name: str, path: Path, known: set[str]) -> Finding:
    near = get_close_matches(name, known, 1, 0.6)
    remedy = Text("在 fields 或 facts 中声明它", "declare it under fields or facts")
    if near:
        remedy = Text(f"是不是“{near[0]}”？", f"did you mean `{near[0]}`?")
    return inspection.finding(
        "unknown-column",
        inspection.key(path),
        Text(f"方案没有名为“{name}”的字段或事实", f"the programme has no field or fact `{name}`"),
        remedy,
    )


def _expected(inspection: Inspection, example: Example, path: Path) -> Iterator[Finding]:
    """Whoever an example of a flow expects money at takes part in the programme."""
    if example.flow is None or not isinstance(example.expect, Mapping):
        return
    programme = inspection.programme
    known = takers(programme)
    fields = {name for name, spec in programme.insured.fields.items() if spec.type.kind in ("key", "text")}
    if any(placed.step.party in fields for placed in inspection.steps):
        return
    for name in example.expect:
        if name.split(":", 1)[0] not in {*known, "claimant"}:
            yield inspection.finding(
                "unknown-party",
                inspection.key((*path, "expect", name)),
                Text(f"没有名为“{name}”的一方", f"there is no party, pool or account `{name}`"),
                Text('写参与方，或 "insured:i1"', 'write a party, or "insured:i1"'),
            )


RULE = Rule(("example-form", "example-without-expectation", "unknown-flow", "unknown-account"), _search)
