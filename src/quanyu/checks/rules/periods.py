"""Periods end after they begin, and the basis that chooses the version is said where it is not stated."""

from collections.abc import Iterator

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import Path
from quanyu.language.parts import Period
from quanyu.terms import Finding, Severity, Text

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    programme = inspection.programme
    periods: list[tuple[Path, Period]] = [(("period",), programme.period)]
    periods += [(("periods", name), period) for name, period in programme.periods.items()]
    for path, period in periods:
        if period.since and period.until and period.until < period.since:
            yield inspection.finding(
                "period-order",
                (*path, "to"),
                Text(f"{period.until} 早于 from 的 {period.since}", f"{period.until} is before `from`, {period.since}"),
                Text("两天都在期内，to 不早于 from", "both days belong to the period; `to` is not before `from`"),
            )
    if programme.period.basis is None:
        policies = programme.insured.enrolment == "policies"
        basis = Text("attaching（保单起保时的版本）", "attaching (the version when the policy attached)")
        if not policies:
            basis = Text("occurring（事故发生时的版本）", "occurring (the version when it happened)")
        yield inspection.finding(
            "basis-default",
            inspection.key(("period",)) if inspection.has(("period",)) else inspection.key(("version",)),
            Text(f"没有写 basis，取 {basis.zh}", f"no basis is stated; it is {basis.en}"),
            Text("在 period 里写明 basis", "state `basis` under `period`"),
            severity=Severity.INFO,
        )


RULE = Rule(("period-order", "basis-default"), _search)
