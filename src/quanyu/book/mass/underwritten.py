"""Risks of a table against the rules of underwriting: what would be declined, what a person has to see."""

from collections.abc import Callable, Iterator

from quanyu.book.mass.register import MOST
from quanyu.book.mass.risks import Risks
from quanyu.formula import Expression, names, parse
from quanyu.language.programme import Reason
from quanyu.terms import Finding, Place, Text

__all__ = ["unaccepted"]


def unaccepted(risks: Risks) -> list[Finding]:
    """A finding for every row that a rule declines (`declined`) or refers (`referred`), `MOST` a rule.

    One alone (`not-accepted`) where a second person has to approve every policy.
    """
    rules = risks.version.programme.underwriting
    if rules.checked == "always":
        return [_checked(risks)]
    declined = [one for rule in rules.decline for one in _held(risks, rule, True, _declined)]
    doubtful = [one for rule in rules.decline for one in _held(risks, rule, None, _referred)]
    referred = [one for rule in rules.refer for held in (True, None) for one in _held(risks, rule, held, _referred)]
    return [*declined, *doubtful, *referred]


def _checked(risks: Risks) -> Finding:
    code = risks.version.code
    return Finding(
        "not-accepted",
        risks.rows.place(0, "programme"),
        Text(f"{code} 的每件都须另一人复核", f"a second person approves every policy of {code}"),
        Text("逐件报价、核保、复核后出单", "quote, underwrite and approve them one by one"),
    )


def _held(
    risks: Risks, rule: Reason, held: bool | None, found: Callable[[Place, Reason], Finding]
) -> Iterator[Finding]:
    """What is found of the rows in which a rule holds, or of those (held is None) in which it cannot be judged."""
    condition = parse(rule.when.text, rule.when.place)
    if not isinstance(condition, Expression):
        return
    read = sorted(names(condition) & set(risks.rows.frame.columns))
    rows = [row for row, value in enumerate(risks.columns.values(condition)) if value is held]
    for row in rows[:MOST]:
        yield found(risks.rows.place(row, read[0] if read else ""), rule)


_REMEDY = Text("从表中取出，逐件核保", "take it out of the table and underwrite it by itself")


def _declined(place: Place, rule: Reason) -> Finding:
    return Finding("declined", place, _because(rule), _REMEDY)


def _referred(place: Place, rule: Reason) -> Finding:
    return Finding("referred", place, _because(rule), _REMEDY)


def _because(rule: Reason) -> Text:
    return Text(f"{rule.because.zh}（{rule.when.text}）", f"{rule.because.en} (`{rule.when.text}`)")
