"""Risks of a table against the rules of underwriting: what would be declined, what a person has to see."""

from collections.abc import Iterator

from quanyu.book.mass.register import MOST
from quanyu.book.mass.risks import Risks
from quanyu.formula import Expression, names, parse
from quanyu.language.programme import Reason
from quanyu.terms import Finding, Text

__all__ = ["unaccepted"]


def unaccepted(risks: Risks) -> list[Finding]:
    """A finding for every row that a rule declines (`declined`) or refers (`referred`), `MOST` a rule.

    One alone (`not-accepted`) where a second person has to approve every policy.
    """
    rules = risks.version.programme.underwriting
    if rules.checked == "always":
        return [_checked(risks)]
    kinds = (("declined", rules.decline), ("referred", rules.refer))
    return [found for kind, listed in kinds for rule in listed for found in _held(risks, kind, rule)]


def _checked(risks: Risks) -> Finding:
    code = risks.version.code
    return Finding(
        "not-accepted",
        risks.rows.place(0, "programme"),
        Text(f"{code} 的每件都须另一人复核", f"a second person approves every policy of {code}"),
        Text("逐件报价、核保、复核后出单", "quote, underwrite and approve them one by one"),
    )


def _held(risks: Risks, kind: str, rule: Reason) -> Iterator[Finding]:
    condition = parse(rule.when.text, rule.when.place)
    if not isinstance(condition, Expression):
        return
    read = sorted(names(condition) & set(risks.rows.frame.columns))
    rows = [row for row, holds in enumerate(risks.columns.values(condition)) if holds is True or holds is None]
    for row in rows[:MOST]:
        yield Finding(
            kind,
            risks.rows.place(row, read[0] if read else ""),
            Text(f"{rule.because.zh}（{rule.when.text}）", f"{rule.because.en} (`{rule.when.text}`)"),
            Text("从表中取出，逐件核保", "take it out of the table and underwrite it by itself"),
        )
