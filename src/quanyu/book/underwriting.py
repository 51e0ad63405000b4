"""Underwriting: rules accept, refer or decline a quote with reasons; a second person approves where they say so."""

from collections.abc import Iterator, Mapping, Sequence
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

__all__ = ["ACCEPTED", "Decision", "approve", "must_be_open", "must_be_taken", "underwrite"]

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
    decision = _decided(version, one.fields)
    add_event(journal, one, decision.kind, {"reasons": [{"zh": r.zh, "en": r.en} for r in decision.reasons]})
    return decision


def _decided(version: Version, fields: Mapping[str, str]) -> Decision:
    rules = version.programme.underwriting
    declined = tuple(_holding(version, fields, rules.decline, doubt=False))
    if declined:
        return Decision("declined", declined)
    referred = tuple(_holding(version, fields, (*rules.decline, *rules.refer), doubt=True))
    if referred:
        return Decision("referred", referred)
    return Decision("proposed" if rules.checked == "always" else "accepted", ())


def _holding(version: Version, fields: Mapping[str, str], rules: Sequence[Reason], *, doubt: bool) -> Iterator[Text]:
    """The reasons of the rules that hold. doubt: also of those that cannot be judged, which a person has to."""
    known = read_fields(version, fields)
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


def must_be_taken(journal: Journal, version: Version, fields: Mapping[str, str], proposed_by: str | None) -> None:
    """Holds a changed risk against the rules of underwriting, as a new one is held.

    proposed_by: who put the change up, where the actor is the second person that decides on it. Raises Refused:
    `declined`; `not-accepted` where a second person has to decide; `same-person`.
    """
    decision = _decided(version, fields)
    why_zh, why_en = ("；".join(r.zh for r in decision.reasons), "; ".join(r.en for r in decision.reasons))
    if decision.kind == "declined":
        remedy = Text("退保，或按方案能承保的条件批改", "cancel the policy, or change it to what the programme covers")
        raise Refused(Finding("declined", None, Text(f"拒绝承保：{why_zh}", f"declined: {why_en}"), remedy))
    if decision.kind == "accepted":
        return
    if proposed_by is None:
        why_zh, why_en = (why_zh or "方案如此规定", why_en or "the programme says so")
        said = Text(f"须由另一人核定：{why_zh}", f"a second person decides: {why_en}")
        remedy = Text("由另一人办理，写明提出人 --proposed-by", "another person does it, with --proposed-by")
        raise Refused(Finding("not-accepted", None, said, remedy))
    if proposed_by == journal.act.actor:
        raise Refused(_own_work(proposed_by))


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
        raise Refused(_own_work(journal.act.actor))


def _own_work(actor: str) -> Finding:
    return Finding(
        "same-person",
        None,
        Text(f"{actor} 经办了这一件，不能自己复核", f"{actor} put this up and cannot approve it"),
        Text("由另一人复核", "let another person approve it"),
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
