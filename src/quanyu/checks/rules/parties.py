"""Whoever a programme names exists."""

from collections.abc import Iterator
from difflib import get_close_matches

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import Path
from quanyu.language.programme import Programme
from quanyu.terms import Finding, Text

__all__ = ["RULE", "takers"]

_ROLES = ("policyholder", "payer", "beneficiary")


def takers(programme: Programme) -> set[str]:
    """Every name that can stand for somebody who pays or receives."""
    insured = programme.insured
    fields = {name for name, spec in insured.fields.items() if spec.type.kind in ("key", "text")}
    columns = {column for scope in programme.scopes.values() for column in scope.columns}
    roles = {role for role in _ROLES if getattr(insured, role)}
    return {*programme.parties, *programme.pools, *programme.accounts, "insured", *fields, *columns, *roles}


def _named(inspection: Inspection) -> Iterator[tuple[str, Path]]:
    programme, insured = inspection.programme, inspection.programme.insured
    for name, account in programme.accounts.items():
        if account.owner:
            yield account.owner, ("accounts", name, "owner")
    for role in ("policyholder", "payer"):
        if party := getattr(insured, role):
            yield party, ("insured", role)
    single = not inspection.has(("insured", "beneficiary", 0))
    for n, party in enumerate(insured.beneficiary):
        yield party, ("insured", "beneficiary") if single else ("insured", "beneficiary", n)
    for name, cover in programme.covers.items():
        for key, party in (("for", cover.beneficiary), ("payee", cover.payee)):
            if party:
                yield party, ("covers", name, key)
    if programme.recoveries:
        yield programme.recoveries.above, ("recoveries", "above")
    pricing = programme.assumptions.pricing if programme.assumptions else None
    if pricing and pricing.party:
        yield pricing.party, ("assumptions", "pricing", "party")


def _in_steps(inspection: Inspection) -> Iterator[tuple[str, Path, bool]]:
    """Names in steps; the last says whether those who bore the loss may be meant."""
    for placed in inspection.steps:
        step, path = placed.step, placed.path
        if step.party:
            yield step.party, (*path, "party"), (placed.flow, placed.side) == ("recoveries", "to")
        if step.advanced_by:
            yield step.advanced_by, (*path, "advanced_by"), False
        if step.reinstatement and step.reinstatement.payer:
            yield step.reinstatement.payer, (*path, "reinstatement", "from"), False
        if step.causes:
            yield step.causes.on, (*path, "causes", "on"), False
        for n, sub in enumerate(step.sublimits):
            yield sub.party, (*path, "sublimits", n, "party"), False


def _search(inspection: Inspection) -> Iterator[Finding]:
    known = takers(inspection.programme)
    every = [(name, path, False) for name, path in _named(inspection)]
    for name, path, borne in (*every, *_in_steps(inspection)):
        if name in known or (borne and name == "borne"):
            continue
        if name == "claimant":
            yield from _claimant(inspection, path)
        else:
            yield _unknown(inspection, name, path, known)
    members = [
        (member, (*path, member))
        for name, pool in inspection.programme.pools.items()
        for path, shares in (
            (("pools", name, "shares"), pool.shares or {}),
            *((("pools", name, "members", n, "shares"), dated.shares) for n, dated in enumerate(pool.members)),
        )
        for member in shares
    ]
    members += [(party, ("sees", party)) for party in inspection.programme.sees]
    for member, at in members:
        if member not in inspection.programme.parties:
            found = _unknown(inspection, member, at, set(inspection.programme.parties))
            yield inspection.finding(found.code, inspection.key(at), found.reason, found.remedy)


def _claimant(inspection: Inspection, path: Path) -> Iterator[Finding]:
    if not inspection.programme.insured.several:
        yield inspection.finding(
            "claimant-without-several",
            path,
            Text("只有声明了 several 才有 claimant", "there is a claimant only where `several` is declared"),
            Text("写 insured；或在 insured 下声明 several", "write insured, or declare `several` under `insured`"),
        )


def _unknown(inspection: Inspection, name: str, path: Path, known: set[str]) -> Finding:
    near = get_close_matches(name, known, 1, 0.6)
    remedy = Text("在 parties、pools 或 accounts 中声明它", "declare it under parties, pools or accounts")
    if near:
        remedy = Text(f"是不是“{near[0]}”？", f"did you mean `{near[0]}`?")
    reason = Text(f"没有名为“{name}”的一方", f"there is no party, pool or account `{name}`")
    return inspection.finding("unknown-party", path, reason, remedy)


RULE = Rule(("unknown-party", "claimant-without-several"), _search)
