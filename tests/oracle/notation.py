"""The programme file's notation, as nested dicts, turned into what the oracle takes."""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from oracle.expression import Expression, constant, exact, number
from oracle.model import (
    Account,
    Band,
    Call,
    Context,
    Deposit,
    Flow,
    History,
    Pool,
    Programme,
    Recoveries,
    Refused,
    Reinstatement,
    Row,
    Step,
    Sublimit,
    Term,
)

INTERVAL = re.compile(r"\s*[\[(]\s*([^,]*?)\s*,\s*([^,]*?)\s*[\])]\s*")
HISTORY_COLUMNS = ("claim", "amount", "t")
KEYS = frozenset(
    [
        "as",
        "party",
        "covers",
        "when",
        "franchise",
        "attachment",
        "limit",
        "bands",
        "share",
        "cap",
        "tower",
        "steps",
        "reinstatement",
        "causes",
        "reopen",
        "sublimits",
        "paid",
        "provisional",
        "advanced_by",
        "against",
    ]
)


def term(value: Any) -> Term:
    """A number, or an expression text as a term; a text without names is its number."""
    if not isinstance(value, str):
        return Fraction(exact(value))
    try:
        return constant(value)
    except Refused:
        return Expression(value)


def _by_scope(value: Any) -> dict[str, Term]:
    if value is None:
        return {}
    return {s: term(v) for s, v in value.items()} if isinstance(value, Mapping) else {"claim": term(value)}


def _bands(value: Any) -> dict[str, tuple[Band, ...]]:
    if value is None:
        return {}
    if all(INTERVAL.fullmatch(str(k)) for k in value):
        value = {"claim": value}
    return {scope: tuple(_band(k, v) for k, v in table.items()) for scope, table in value.items()}


def _band(interval: str, share: Any) -> Band:
    ends = INTERVAL.fullmatch(interval)
    assert ends is not None
    return Band(number(ends[1]), None if ends[2] == "inf" else number(ends[2]), term(share))


def steps_from(steps: Sequence[Mapping[str, Any]] | None) -> tuple[Step, ...]:
    """A list of steps; a step without `as` is called by its place."""
    return tuple(_step(n, s) for n, s in enumerate(steps or ()))


def _step(n: int, s: Mapping[str, Any]) -> Step:
    if unknown := set(s) - KEYS:
        raise Refused(f"unknown keys {sorted(unknown)}")
    causes = s.get("causes")
    return Step(
        label=str(s.get("as", n)),
        party=s.get("party"),
        covers=frozenset(s["covers"]) if "covers" in s else None,
        when=_condition(s["when"]) if "when" in s else None,
        franchise=_by_scope(s.get("franchise")),
        attachment=_by_scope(s.get("attachment")),
        limit=_by_scope(s.get("limit")),
        bands=_bands(s.get("bands")),
        share=term(s.get("share", 1)),
        cap=_by_scope(s.get("cap")),
        tower=steps_from(s.get("tower")),
        steps=steps_from(s.get("steps")),
        reinstatement=_reinstatement(s["reinstatement"]) if "reinstatement" in s else None,
        causes=Call(causes["on"], causes["by"], causes.get("flow", "calls")) if causes else None,
        reopen=s.get("reopen"),
        sublimits=tuple(_sublimit(x) for x in s.get("sublimits", ())),
    )


def _condition(value: Any) -> Callable[[Row, Context], bool]:
    return Expression(value) if isinstance(value, str) else lambda _row, _context: bool(value)


def _sublimit(s: Mapping[str, Any]) -> Sublimit:
    return Sublimit(frozenset(s["covers"]), _by_scope(s["limit"]), s.get("party", "insured"))


def _reinstatement(s: Mapping[str, Any]) -> Reinstatement:
    return Reinstatement(
        per=s["per"],
        limit=term(s["limit"]),
        rates=tuple(term(r) for r in s["rates"]),
        premium=term(s["premium"]),
        remaining=term(s.get("remaining", 1)),
        payer=s.get("from"),
        label=s.get("as", "reinstatement"),
    )


def _pool(p: Mapping[str, Any]) -> Pool:
    if "by" in p:
        return Pool(by=p["by"])
    shares = p["shares"]
    dated = shares if isinstance(shares, list) else [{"from": None, "shares": shares}]
    versions = tuple((v["from"], {m: term(x) for m, x in v["shares"].items()}) for v in dated)
    basis = p.get("basis", "issued") if isinstance(shares, list) else None
    caps = {m: _by_scope(c) for m, c in (p.get("caps") or {}).items()}
    return Pool(versions, basis, caps=caps, overflow=p.get("overflow", "next"))


def _account(a: Mapping[str, Any]) -> Account:
    return Account(constant(a.get("opening", 0)), constant(a["ceiling"]) if "ceiling" in a else None)


def _reading(text: Any, at: Callable[[Any], Any]) -> Callable[[Any, Any], Fraction]:
    """An amount over flow results: `premium`, `losses.party`, `premium.to.party`, `account.balance`, of the period."""

    def value(outcome: Any, period: Any) -> Fraction:
        def name(path: str) -> Fraction:
            flow, *rest = path.split(".")
            if rest == ["balance"]:
                return Fraction(outcome.balance(flow, at(period)))
            side = {"losses": "from", "premium": "from", "recoveries": "to"}.get(flow, "from")
            if rest and rest[0] in ("from", "to"):
                side = rest.pop(0)
            return Fraction(outcome.total(flow, side, rest[0] if rest else None, period))

        return Fraction(exact(text)) if not isinstance(text, str) else Fraction(Expression(text).value(name))

    return value


def _flow(f: Mapping[str, Any] | None, ends: Callable[[Any], Any], *, derived: bool) -> Flow:
    if f is None:
        return Flow()
    at = f["at"] if callable(f.get("at")) else ends
    amount = _reading(f["amount"], at) if derived and "amount" in f else None
    return Flow(
        giving=steps_from(f.get("from")),
        receiving=steps_from(f.get("to") or f.get("steps")),
        amount=amount,
        at=at,
        carry=bool(f.get("carry", False)),
    )


def _recoveries(r: Mapping[str, Any] | None) -> Recoveries | None:
    if r is None:
        return None
    to = steps_from(r.get("to") or r.get("steps")) or (Step("borne", party="borne"),)
    return Recoveries(r["basis"], bool(r["restores"]), r["above"], steps_from(r.get("from")), to)


def from_notation(p: Mapping[str, Any], *, ends: Callable[[Any], Any] = lambda period: period) -> Programme:
    """A programme in the file's notation. `ends(period)` is the instant at which flows that read results are due."""
    losses = p.get("losses") or ()
    losses = losses.get("from", ()) if isinstance(losses, Mapping) else losses
    scopes = {s: tuple(columns) for s, columns in (p.get("scopes") or {}).items()}
    determines = {c: frozenset(v) for c, v in p["determines"].items()} if "determines" in p else None
    insured = p.get("insured") or {}
    plain: dict[str, Any] = {"determines": determines} if determines is not None else {}
    return Programme(
        losses=steps_from(losses),
        premium=_flow(p.get("premium"), ends, derived=False),
        recoveries=_recoveries(p.get("recoveries")),
        services=_flow(p["services"], ends, derived=True) if "services" in p else None,
        surplus=_flow(p["surplus"], ends, derived=True) if "surplus" in p else None,
        parties=frozenset(p.get("parties") or ()),
        accounts={a: _account(v) for a, v in (p.get("accounts") or {}).items()},
        pools={n: _pool(v) for n, v in (p.get("pools") or {}).items()},
        scopes=scopes,
        queue=(p.get("queue") or {}).get("by", "t"),
        several=frozenset(insured.get("several", ())),
        behind={n: steps_from(v["steps"]) for n, v in (p.get("parties") or {}).items() if v and "steps" in v},
        **plain,
    )


def _row(n: int, r: Mapping[str, Any]) -> Row:
    columns = {k: v for k, v in r.items() if k not in HISTORY_COLUMNS}
    return Row(str(r.get("claim", f"c{n}")), Fraction(exact(r["amount"])), r.get("t", 1), columns)


def history_from(h: Mapping[str, Any]) -> History:
    """A history: `rows`, `premium`, `recoveries`, `deposits`, `members`, each row a flat dict."""

    def rows(name: str) -> tuple[Row, ...]:
        return tuple(_row(n, r) for n, r in enumerate(h.get(name) or ()))

    deposits = tuple(Deposit(d["account"], d["t"], Fraction(exact(d["amount"]))) for d in h.get("deposits") or ())
    members = {m: {k: Fraction(exact(v)) for k, v in fields.items()} for m, fields in (h.get("members") or {}).items()}
    return History(rows("rows"), rows("premium"), rows("recoveries"), rows("gains"), deposits, members)
