"""Which version of a programme binds: by the policy's start, the occurrence, or the report."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

from quanyu.engine.compiled import Compiled
from quanyu.engine.rows import CLOCKS
from quanyu.language.programme import Case, Programme
from quanyu.settlement.booked import later
from quanyu.settlement.merged import merged
from quanyu.settlement.settle import Settled, settle
from quanyu.terms import Finding, Text

__all__ = ["basis_of", "bind", "in_force", "settle_parts", "settle_versions", "whole"]

_READ = {
    "attaching": ("attached", "issued"),
    "occurring": ("occurred", "at", "t"),
    "claims-made": ("reported", "at", "occurred", "t"),
}
"""The dates of a row that a basis goes by, the first that is stated."""

Written = Mapping[str, Any]
Version = TypeVar("Version")
Parts: TypeAlias = tuple[tuple[Compiled, Settled], ...]
"""What was settled under each version."""


def basis_of(programme: Programme) -> str:
    """How a version binds: as stated, else by the policy where there are policies, else by the occurrence."""
    return programme.period.basis or ("attaching" if programme.insured.enrolment == "policies" else "occurring")


def in_force(programmes: Sequence[Programme], row: Written) -> int | Finding:
    """The version (its place in `programmes`) that binds a row; findings: `version-undated`, `no-version-in-force`.

    Each version is asked by its own basis. Of several in force the latest binds; one whose period has ended binds under
    claims-made what occurred before its end and was reported within its extended reporting.
    """
    dates = {n: _date(row, _READ[basis_of(p)]) for n, p in enumerate(programmes)}
    if all(date is None for date in dates.values()):
        return _undated(row, basis_of(programmes[-1]))
    binding = [n for n, date in dates.items() if date is not None and _in_force(programmes[n], date, row)]
    if binding:
        return max(binding, key=lambda n: _since(programmes[n]))
    return _none(row, next(date for date in dates.values() if date is not None))


def _since(programme: Programme) -> dt.date:
    return programme.period.since or programme.version


def _in_force(programme: Programme, date: dt.date, row: Written) -> bool:
    until = programme.period.until
    if date < _since(programme):
        return False
    if until is None or date <= until:
        return True
    extended = programme.period.extended_reporting
    occurred = _date(row, ("occurred", "at", "t"))
    return (
        basis_of(programme) == "claims-made"
        and extended is not None
        and occurred is not None
        and occurred <= until
        and date <= later(until, extended)
    )


def _date(row: Written, names: Iterable[str]) -> dt.date | None:
    for name in names:
        if row.get(name) is not None:
            try:
                return dt.date.fromisoformat(str(row[name])[:10])
            except ValueError:
                return None
    return None


def bind(programmes: Sequence[Programme], rows: Sequence[Written]) -> dict[int, list[Written]] | list[Finding]:
    """The rows of every version. All rows of a claim go by its first, the earliest occurrence."""
    of_claim: dict[str, list[Written]] = defaultdict(list)
    for number, row in enumerate(rows):
        of_claim[str(row.get("claim", f"c{number}"))].append(row)
    findings: list[Finding] = []
    bound: dict[int, list[Written]] = defaultdict(list)
    for claim in of_claim.values():
        first = min(claim, key=lambda row: _date(row, ("occurred", "at", "t")) or dt.date.max)
        found = in_force(programmes, first)
        if isinstance(found, Finding):
            findings.append(found)
        else:
            bound[found] += claim
    return findings or dict(sorted(bound.items()))


def settle_versions(versions: Sequence[Compiled], case: Case, rows: Sequence[Written] = ()) -> Settled | list[Finding]:
    """Settles a case under several versions of one programme, each row under the one that binds it.

    Steps of the merged outcome stand under the version's date: `2021-01-01/relief`.
    """
    parts = settle_parts(versions, case, rows)
    return parts if isinstance(parts, list) else whole(case, parts)


def whole(case: Case, parts: Parts) -> Settled:
    """The parts of a case that was settled under several versions as one."""
    if len(parts) == 1:
        return replace(parts[0][1], case=case)
    return merged(case, [(str(version.programme.version), done) for version, done in parts])


def settle_parts(versions: Sequence[Compiled], case: Case, rows: Sequence[Written] = ()) -> Parts | list[Finding]:
    """What a case comes to under each version that binds any of its rows.

    A premium row goes by its own date, or else by the policy of the claims; a deposit by its date.
    """
    programmes = [version.programme for version in versions]
    every: list[Written] = [{**case.defaults, **row} for row in (*case.rows, *rows)]
    every = [row if "claim" in row else {**row, "claim": f"c{n}"} for n, row in enumerate(every)]
    bound = bind(programmes, every)
    if isinstance(bound, list):
        return bound
    premium = _placed(programmes, case.premium, {_policy(row): n for n, mine in bound.items() for row in mine})
    deposits = _placed(programmes, case.deposits, {})
    if isinstance(premium, list) or isinstance(deposits, list):
        return [f for found in (premium, deposits) if isinstance(found, list) for f in found]
    parts: list[tuple[Compiled, Settled]] = []
    for place in sorted({*bound}):
        claims = {str(row["claim"]) for row in bound[place]}
        own = {
            "rows": tuple(bound[place]),
            "defaults": {},
            "premium": tuple(premium.get(place, ())),
            "deposits": tuple(deposits.get(place, ())),
            "recovered": tuple(r for r in case.recovered if str(r.get("claim")) in claims),
        }
        done = settle(versions[place], case.model_copy(update=own))
        if isinstance(done, list):
            return done
        parts.append((versions[place], done))
    return tuple(parts) or [_no_rows()]


def _policy(row: Written) -> str:
    return str(row.get("policy", row.get("insured")))


def _placed(
    programmes: Sequence[Programme], rows: Sequence[Written], policies: Mapping[str, int]
) -> dict[int, list[Written]] | list[Finding]:
    """Rows of premium or deposits by the version that they belong to."""
    findings: list[Finding] = []
    placed: dict[int, list[Written]] = defaultdict(list)
    for row in rows:
        date = _date(row, ("attached", "issued", "at", "t", *CLOCKS))
        found = [n for n, p in enumerate(programmes) if date is not None and _in_force(p, date, row)]
        if found:
            placed[max(found, key=lambda n: _since(programmes[n]))].append(row)
        elif date is not None:
            findings.append(_none(row, date))
        elif _policy(row) in policies:
            placed[policies[_policy(row)]].append(row)
        else:
            findings.append(_undated(row, "attaching"))
    return findings or dict(placed)


def _undated(row: Written, basis: str) -> Finding:
    names = " / ".join(_READ[basis][:2])
    return _finding(
        "version-undated",
        row,
        Text(f"这一行没有 {names}，不知归哪一版", f"the row states no {names}: which version binds it is not known"),
        Text(f"写明 {names}", f"state {names}"),
    )


def _none(row: Written, date: dt.date) -> Finding:
    return _finding(
        "no-version-in-force",
        row,
        Text(f"{date} 没有一版方案有效", f"no version of the programme is in force on {date}"),
        Text("核对日期，或补上那一版", "look at the date, or add that version"),
    )


def _no_rows() -> Finding:
    return _finding(
        "nothing-known", {}, Text("案例没有一行", "the case has no rows"), Text("写 rows:", "write `rows:`")
    )


def _finding(code: str, row: Written, reason: Text, remedy: Text) -> Finding:
    place = next((v.place for v in row.values() if getattr(v, "place", None) is not None), None)
    return Finding(code, place, reason, remedy)
