"""Underwriting: rules accept, refer or decline a quote with reasons; a second person approves where they say so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quanyu.book.act import Refused
from quanyu.book.earning import read_fields
from quanyu.book.journal import Journal
from quanyu.book.quotes import Quote, add_event, find_quote
from quanyu.book.stopping import must_take_business
from quanyu.book.versions import Library, Version
from quanyu.formula import EvaluationError, Expression, evaluate, parse
from quanyu.language.programme import Reason, Underwriting
from quanyu.terms import Finding, Text

__all__ = ["ACCEPTED", "Decision", "approve", "must_be_open", "underwrite"]

ACCEPTED = frozenset({"accepted", "approved"})
_DECIDED = ("accepted", "declined", "referred", "proposed", "approved", "rejected")


@dataclass(frozen=True, slots=True)
class Decision:
    """accepted, declined, referred (to a second person), proposed (a second person approves), approved, rejected."""

    kind: str
    reasons: tuple[Text, ...]


def underwrite(journal: Journal, library: Library, number: str) -> Decision:
    """Decides on a quote by the rules of its version, and keeps the decision.

    Raises Refused: `quote-expired`, `closed-to-new-business`, …
    """
    one = find_quote(journal.connection, number, lock=True)
    must_be_open(journal, one)
    if (known := one.event(*_DECIDED)) is not None:
        return Decision(known.kind, tuple(Text(r["zh"], r["en"]) for r in known.body.get("reasons", ())))
    version = library.version(journal.connection, one.version_id)
    must_take_business(journal, version)
    decision = _decided(version, one)
    add_event(journal, one, decision.kind, {"reasons": [{"zh": r.zh, "en": r.en} for r in decision.reasons]})
    return decision


def _decided(version: Version, one: Quote) -> Decision:
    rules = version.programme.underwriting
    declined = tuple(_holding(version, one, rules.decline, doubt=False))
    if declined:
        return Decision("declined", declined)
    referred = tuple(_holding(version, one, (*rules.decline, *rules.refer), doubt=True))
    if referred:
        return Decision("referred", referred)
    return Decision("proposed" if rules.checked == "always" else "accepted", ())


def _holding(version: Version, one: Quote, rules: Sequence[Reason], *, doubt: bool) -> Iterator[Text]:
    """The reasons of the rules that hold. doubt: also of those that cannot be judged, which a person has to."""
    known = read_fields(version, one.fields)
    for rule in rules:
        when, because = rule.when, rule.because
        condition = parse(when.text, when.place)
        try:
            holds = isinstance(condition, Expression) and bool(evaluate(condition, known))
        except EvaluationError as error:
            if doubt:
                yield Text(f"无法判断 {when.text}：{error}", f"`{when.text}` cannot be judged: {error}")
            continue
        if holds:
            yield because


def approve(journal: Journal, library: Library, number: str, *, accept: bool = True) -> Decision:
    """A second person approves or rejects what was referred or proposed. Raises Refused (`same-person`, …)."""
    one = find_quote(journal.connection, number, lock=True)
    must_be_open(journal, one)
    asked = one.event(*_DECIDED)
    if asked is None or asked.kind not in ("referred", "proposed"):
        raise Refused(
            Finding(
                "nothing-to-approve",
                None,
                Text(f"报价 {number} 没有待复核的事项", f"quote {number} does not wait for an approval"),
                Text("先核保；被拒绝的报价应重新报价", "underwrite it first; what was declined is quoted anew"),
            )
        )
    rules = library.version(journal.connection, one.version_id).programme.underwriting
    _apart(journal, one, asked.actor, rules)
    kind = "approved" if accept else "rejected"
    add_event(journal, one, kind, {})  # why is with the act, which the quote's holder does not see
    return Decision(kind, ())


def _apart(journal: Journal, one: Quote, proposer: str, rules: Underwriting) -> None:
    """The approver is neither who made the quote nor who put it up, unless nobody has to check."""
    if rules.checked != "never" and journal.act.actor in (one.maker, proposer):
        raise Refused(
            Finding(
                "same-person",
                None,
                Text(
                    f"{journal.act.actor} 经办了这份报价，不能自己复核",
                    f"{journal.act.actor} made this quote and cannot approve it",
                ),
                Text("由另一人复核", "let another person approve it"),
            )
        )


def must_be_open(journal: Journal, one: Quote) -> None:
    """Raises Refused where a quote is used or too old."""
    if one.event("issued") is not None:
        raise Refused(
            Finding(
                "quote-used",
                None,
                Text(f"报价 {one.number} 已出单", f"a policy was issued on quote {one.number}"),
                Text("为新的保单重新报价", "make a new quote for another policy"),
            )
        )
    if journal.booked_on > one.expires_on:
        raise Refused(
            Finding(
                "quote-expired",
                None,
                Text(
                    f"报价 {one.number} 已于 {one.expires_on} 到期", f"quote {one.number} stood until {one.expires_on}"
                ),
                Text("重新报价", "make a new quote"),
            )
        )
