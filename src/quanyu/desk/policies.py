"""The verbs of policies: each one act on an open book, whole or refused with findings."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar

from sqlalchemy import Connection

from quanyu.book import Journal, Money, Repeated, collecting, declarations, endorsing, issuing, masters, renewing
from quanyu.book.act import Refused
from quanyu.book.amounts import fen_of
from quanyu.book.declarations import Declared
from quanyu.book.endorsing import Refund
from quanyu.book.masters import Member
from quanyu.book.parties import Person
from quanyu.book.populations import period_premium, premium_reference
from quanyu.book.quotes import Ask, Quote, quote
from quanyu.book.renewing import Renewal, Renewed
from quanyu.book.showing import Life, life_of, party_named
from quanyu.book.standing import AsKnown, Policy
from quanyu.book.underwriting import Decision, approve, underwrite
from quanyu.desk.booking import Book
from quanyu.terms import Finding, Text

__all__ = [
    "Doing",
    "Span",
    "adjust_open",
    "approve_quote",
    "cancel_policy",
    "charge_period",
    "collect_premium",
    "declare_risk",
    "endorse_policy",
    "extend_policy",
    "issue_policy",
    "join_master",
    "leave_master",
    "open_cover",
    "open_master",
    "quote_risk",
    "reinstate_policy",
    "renew_policy",
    "show_policy",
    "suspend_policy",
    "true_up_policy",
    "underwrite_quote",
]

Findings: TypeAlias = list[Finding]
Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Doing:
    """How an act is booked: why, on which day of the books, under which name it is done once only."""

    reason: str = ""
    booked: dt.date | None = None
    reference: str | None = None

    def do(self, book: Book, kind: str, work: Callable[[Journal], Given]) -> Given | Findings:
        """One act, whole, or the findings for which it is refused."""
        return book.act(kind, work, reason=self.reason, booked=self.booked, reference=self.reference)


@dataclass(frozen=True, slots=True)
class Span:
    """What a policy is asked for: days of cover, fields as written, who holds it, its number."""

    start: dt.date
    until: dt.date | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    holder: str | None = None
    number: str | None = None

    def ask(self, programme: str) -> Ask:
        """For a programme."""
        return Ask(programme, self.start, self.until, self.fields, person(self.holder))


def person(name: str | None) -> Person | None:
    """A person by a name, which is its code too: `91330200=甲公司` has a code of its own."""
    if name is None:
        return None
    code, _, called = name.partition("=")
    return Person(code, called or code)


NOTHING = Doing()


def quote_risk(book: Book, programme: str, span: Span, doing: Doing = NOTHING) -> Quote | Findings:
    """A quote, kept with its sheet."""
    return doing.do(book, "quote", lambda j: quote(j, book.library, span.ask(programme)))


def underwrite_quote(book: Book, number: str, doing: Doing = NOTHING) -> Decision | Findings:
    """The decision of the rules."""
    return doing.do(book, "underwrite", lambda j: underwrite(j, book.library, number))


def approve_quote(book: Book, number: str, *, accept: bool, doing: Doing = NOTHING) -> Decision | Findings:
    """The decision of a second person."""
    return doing.do(book, "approve", lambda j: approve(j, book.library, number, accept=accept))


def issue_policy(
    book: Book, number: str, *, holder: str | None = None, policy: str | None = None, doing: Doing = NOTHING
) -> Policy | Findings:
    """The policy of an accepted quote."""
    return doing.do(
        book, "issue", lambda j: issuing.issue(j, book.library, number, holder=person(holder), policy=policy)
    )


def endorse_policy(
    book: Book,
    number: str,
    *,
    start: dt.date,
    fields: Mapping[str, str],
    proposed_by: str | None = None,
    doing: Doing = NOTHING,
) -> Policy | Findings:
    """Fields changed from a day on."""

    def work(journal: Journal) -> Policy:
        return endorsing.endorse(journal, book.library, number, start=start, fields=fields, proposed_by=proposed_by)

    return doing.do(book, "endorse", work)


def suspend_policy(book: Book, number: str, span: Span, *, refund: bool, doing: Doing = NOTHING) -> Policy | Findings:
    """No cover for some days; nor has any member of a master."""
    return doing.do(
        book,
        "suspend",
        lambda j: masters.with_members(
            j,
            number,
            span.start,
            lambda one, day: endorsing.suspend(j, book.library, one, start=day, until=span.until, refund=refund),
        ),
    )


def cancel_policy(
    book: Book, number: str, *, start: dt.date, refund: Refund | None = None, doing: Doing = NOTHING
) -> Policy | Findings:
    """Ended from a day on, a master with its members."""
    return doing.do(
        book,
        "cancel",
        lambda j: masters.with_members(
            j, number, start, lambda one, day: endorsing.cancel(j, book.library, one, start=day, refund=refund)
        ),
    )


def reinstate_policy(book: Book, number: str, *, start: dt.date, doing: Doing = NOTHING) -> Policy | Findings:
    """Cover again from a day on, for the members of a master too."""
    return doing.do(
        book,
        "reinstate",
        lambda j: masters.with_members(
            j, number, start, lambda one, day: endorsing.reinstate(j, book.library, one, start=day)
        ),
    )


def extend_policy(book: Book, number: str, *, until: dt.date, doing: Doing = NOTHING) -> Policy | Findings:
    """Cover to a later day."""
    return doing.do(book, "extend", lambda j: endorsing.extend(j, book.library, number, until=until))


def true_up_policy(book: Book, number: str, *, actual: str, doing: Doing = NOTHING) -> Policy | Findings:
    """The premium settled on what really happened."""
    return doing.do(book, "true-up", lambda j: endorsing.true_up(j, book.library, number, actual=actual))


def renew_policy(book: Book, number: str, how: Renewal, doing: Doing = NOTHING) -> Renewed | Findings:
    """The successor of a policy, or its quote where a second person decides."""
    return doing.do(book, "renew", lambda j: renewing.renew(j, book.library, number, how))


def open_master(book: Book, programme: str, span: Span, doing: Doing = NOTHING) -> Policy | Findings:
    """A master policy without members."""
    ask = span.ask(programme)
    return doing.do(book, "master", lambda j: masters.open_master(j, book.library, ask, span.number))


def join_master(book: Book, number: str, span: Span, doing: Doing = NOTHING) -> Policy | Findings:
    """A certificate for a new member."""
    who = person(span.holder)
    if who is None:
        return [_nameless()]
    member = Member(who, span.start, span.fields, span.number)
    return doing.do(book, "member", lambda j: masters.add_member(j, book.library, number, member))


def leave_master(book: Book, number: str, *, start: dt.date, doing: Doing = NOTHING) -> Policy | Findings:
    """A member leaves; the number is that of the certificate."""
    return doing.do(book, "leave", lambda j: masters.remove_member(j, book.library, number, start=start))


def open_cover(book: Book, programme: str, span: Span, doing: Doing = NOTHING) -> Policy | Findings:
    """An open policy with its deposit."""
    ask = span.ask(programme)
    return doing.do(book, "open", lambda j: declarations.open_cover(j, book.library, ask, span.number))


def declare_risk(book: Book, number: str, span: Span, doing: Doing = NOTHING) -> Policy | Findings:
    """A declaration under an open policy."""
    said = Declared(span.start, span.until, span.fields, span.number)
    return doing.do(book, "declare", lambda j: declarations.declare(j, book.library, number, said))


def adjust_open(book: Book, number: str, doing: Doing = NOTHING) -> Policy | Findings:
    """An ended open policy settled: the deposit back, the minimum asked for."""
    return doing.do(book, "adjust", lambda j: declarations.adjust(j, book.library, number))


def charge_period(book: Book, programme: str, period: int, doing: Doing = NOTHING) -> list[Money] | Findings:
    """The premium of a period of a programme without policies, once."""
    reference = premium_reference(programme, str(period))
    once = replace(doing, reference=reference)
    try:
        return once.do(book, "premium", lambda j: period_premium(j, book.library, programme, period))
    except Repeated:
        return [
            Finding(
                "premium-booked",
                None,
                Text(f"{programme} {period} 年的保费已入账", f"the premium of {programme} for {period} is booked"),
                Text("一个期间只记一次", "it is booked once for a period"),
            )
        ]


def collect_premium(
    book: Book,
    number: str,
    *,
    payer: str | None = None,
    receiver: str | None = None,
    amount: str | None = None,
    doing: Doing = NOTHING,
) -> list[Money] | Findings:
    """What a party pays for a policy, or is paid back; amount as written, all that is owed where None."""

    def work(journal: Journal) -> list[Money]:
        fen = None if amount is None else fen_of(amount)
        payer_id, receiver_id = (
            None if name is None else party_named(journal.connection, name) for name in (payer, receiver)
        )
        return collecting.collect(journal, number, payer_id=payer_id, receiver_id=receiver_id, amount=fen)

    return doing.do(book, "collect", work)


def show_policy(book: Book, number: str, known: AsKnown | None = None) -> Life | Findings:
    """A policy's life as it was known."""
    try:
        return book.read(lambda connection: _with_titles(connection, book, life_of(connection, number, known)))
    except Refused as refused:
        return refused.findings


def _with_titles(connection: Connection, book: Book, life: Life) -> Life:
    """The same with what its programme calls the fields."""
    specs = book.library.version(connection, life.policy.version_id).programme.insured.fields
    return replace(life, titles={name: spec.name for name, spec in specs.items() if spec.name is not None})


def _nameless() -> Finding:
    return Finding(
        "holder-missing",
        None,
        Text("没有写成员的名字", "the member is not named"),
        Text("写 --holder", "name it: --holder"),
    )
