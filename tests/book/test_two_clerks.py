"""Two clerks at once: whoever comes second waits, sees what the first has written, and loses nothing of it."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from book.clerks import NOON, Clerks, clerks_of, overlapping, publish_text, sound
from book.policy_book import BASE
from book.test_claims import PROGRAMME as CLAIMS
from book.test_determining import CATASTROPHE, STORM
from book.test_determining import table as households
from book.test_policies_under_others import BUDGET
from quanyu.book import Journal, Repeated
from quanyu.book.claims import Notice, notify
from quanyu.book.closings import close_books
from quanyu.book.deciding import Decision, decide
from quanyu.book.determining import determine
from quanyu.book.endorsing import cancel, endorse
from quanyu.book.facts import Paper, Statement, state_facts
from quanyu.book.issuing import issue
from quanyu.book.occurrences import Happened, ensure_occurrence
from quanyu.book.parties import Person
from quanyu.book.paying import Payment, pay
from quanyu.book.quotes import Ask, quote
from quanyu.book.renewing import renew
from quanyu.book.underwriting import underwrite
from quanyu.desk.booking import Book, open_book
from quanyu.desk.intake.how import Before
from quanyu.desk.intake.opened import Source
from quanyu.desk.register import issue_file
from quanyu.desk.sealing import seal
from quanyu.store.evidence.log import header, open_log
from quanyu.terms import Finding

D = dt.date
SHARED = BASE.replace(BASE[BASE.index("premium:") : BASE.index("examples:")], f"premium: {BUDGET}\n") + (
    "scopes: {village_year: [village, period]}\n"
)


@pytest.fixture
def clerks(database_url: str) -> Iterator[Clerks]:
    with clerks_of(database_url) as opened:
        opened.books[0].store.transact(lambda connection: open_log(connection, "test.book/two"))
        yield opened


def act(book: Book, work: Callable[..., Any], *given: Any, reference: str | None = None, **named: Any) -> Any:
    """One act, `work` being told the journal, the library and what is given."""
    return book.act("test", lambda j: work(j, book.library, *given, **named), reason="因故", reference=reference)


def codes(outcome: object) -> set[str]:
    """The codes of findings."""
    return {one.code for one in outcome if isinstance(one, Finding)} if isinstance(outcome, list) else set()


def quoted(book: Book, amount: str = "4万", holder: str = "王五", village: str = "a") -> str:
    ask = Ask("t.farm", D(2026, 3, 2), None, {"sum": amount, "village": village}, Person(holder, holder))
    number = act(book, quote, ask).number
    act(book, underwrite, number)
    return str(number)


def issued(book: Book, **about: str) -> str:
    return str(act(book, issue, quoted(book, **about)).number)


def noticed(book: Book, number: str) -> Any:
    ada = Person("ada", "ada")
    notice = Notice("test.claims", D(2026, 3, 1), D(2026, 3, 2), ada, keys={"cover": "flood"}, number=number)
    return act(book, notify, notice)


def claimed(book: Book, number: str, depth: str = "75") -> str:
    noticed(book, number)
    act(book, state_facts, number, Statement({"depth": depth}, "surveyor", D(2026, 3, 1)))
    return number


def paid(journal: Journal, _: object, number: str, amount: str | None = None) -> int:
    return pay(journal, number, Payment(amount))


def standing(clerks: Clerks, stage: str, claim: str) -> int:
    query = "select coalesce(sum(t.amount), 0)::bigint from transfer t join claim c on c.id = t.claim_id"
    return int(clerks.one(f"{query} where stage = '{stage}' and c.number = '{claim}'"))


# ------------------------------------------------------------------ claims


def test_what_is_due_is_paid_once(clerks: Clerks) -> None:
    first, second = clerks
    publish_text(first, CLAIMS)
    act(first, decide, claimed(first, "C1"), Decision())
    got = overlapping(clerks, lambda b: act(b, paid, "C1"), lambda b: act(b, paid, "C1"))
    assert got[0] == 100_000
    assert codes(got[1]) == {"nothing-due"}
    assert standing(clerks, "paid", "C1") == 100_000
    sound(second)


def test_parts_are_never_more_than_what_is_due(clerks: Clerks) -> None:
    first, _ = clerks
    publish_text(first, CLAIMS)
    act(first, decide, claimed(first, "C1"), Decision())
    got = overlapping(clerks, lambda b: act(b, paid, "C1", "600"), lambda b: act(b, paid, "C1", "600"))
    assert got[0] == 60_000
    assert codes(got[1]) == {"paid-beyond-due"}
    assert act(first, paid, "C1", "400") == 40_000
    sound(first)


def test_of_two_decisions_the_later_stands(clerks: Clerks) -> None:
    first, second = clerks
    publish_text(first, CLAIMS)
    claimed(first, "C1")
    got = overlapping(
        clerks,
        lambda b: act(b, decide, "C1", Decision(amounts={"flood": "300"})),
        lambda b: act(b, decide, "C1", Decision(amounts={"flood": "700"})),
    )
    assert got == (30_000, 70_000)
    assert standing(clerks, "due", "C1") == 70_000
    sound(second)


def test_claims_under_one_limit_share_it(clerks: Clerks) -> None:
    first, _ = clerks
    publish_text(first, CLAIMS)
    for number in ("C1", "C2"):
        claimed(first, number, depth="120")
    got = overlapping(clerks, lambda b: act(b, decide, "C1", Decision()), lambda b: act(b, decide, "C2", Decision()))
    assert got == (200_000, 200_000)
    borne = "select sum(case when p.kind = 'insurer' then amount else -amount end)::bigint from transfer join party p"
    assert clerks.one(f"{borne} on p.id = payer_id where stage = 'due' and label = 'pool-bears'") == 300_000
    events = (
        "select x.id from claim_event e join txn x on x.id = e.txn_id where e.kind = 'accepted' order by e.claim_id"
    )
    assert clerks.all(events) == sorted(clerks.all(events))
    sound(first)


def test_a_claim_is_paid_while_another_moves_what_is_due_of_it(clerks: Clerks) -> None:
    first, _ = clerks
    publish_text(first, CLAIMS)
    for number in ("C1", "C2", "C3"):
        claimed(first, number, depth="120")
        act(first, decide, number, Decision(determined=D(2026, 3, int(number[1]))))
    act(first, state_facts, "C1", Statement({"depth": "30"}, "surveyor", D(2026, 3, 1)))
    got = overlapping(
        clerks,
        lambda b: act(b, paid, "C2"),
        lambda b: act(b, decide, "C1", Decision(determined=D(2026, 3, 1))),
    )
    assert got == (200_000, 50_000)
    left = {number: standing(clerks, "paid", number) for number in ("C1", "C2", "C3")}
    assert left == {"C1": 0, "C2": 200_000, "C3": 0}
    sound(first)


@pytest.mark.parametrize("what", ["claim", "occurrence", "paper", "reference"])
def test_a_number_that_two_write_at_once_is_written_once(clerks: Clerks, what: str) -> None:
    first, _ = clerks
    publish_text(first, CLAIMS)
    for number in ("C1", "C2"):
        claimed(first, number)
    paper = Paper("a.jpg", "image/jpeg", b"seen")

    def work(book: Book, own: str) -> Any:
        if what == "claim":
            return noticed(book, "C9")
        if what == "occurrence":
            happened = Happened("E1", "台风", D(2026, 3, 1))
            return act(book, lambda j, _: ensure_occurrence(j, happened))
        if what == "paper":
            return act(book, state_facts, own, Statement({"depth": "60"}, "a", D(2026, 3, 1), papers=(paper,)))
        return act(book, state_facts, own, Statement({"depth": "61"}, "a", D(2026, 3, 1)), reference="once")

    got = overlapping(clerks, lambda b: work(b, "C1"), lambda b: work(b, "C2"))
    tables = {"claim": "claim where number = 'C9'", "occurrence": "occurrence", "paper": "evidence_file"}
    if what == "claim":
        assert codes(got[1]) == {"number-taken"}
    if what == "reference":
        assert isinstance(got[1], Repeated)
        assert got[1].txn == clerks.one("select id from txn where reference = 'once'")
    else:
        assert not isinstance(got[1], BaseException)
        assert clerks.one(f"select count(*) from {tables[what]}") == 1
    if what == "occurrence":
        assert got[0] == got[1]
    sound(first)


def test_a_determination_is_booked_once_and_its_revisions_follow_each_other(clerks: Clerks) -> None:
    first, _ = clerks
    publish_text(first, CATASTROPHE.read_text("utf-8"))
    again = replace(STORM, pay=False)
    got = overlapping(
        clerks,
        lambda b: act(b, determine, again, households([30, 75, None, 120])),
        lambda b: act(b, determine, again, households([30, 75, None, 120])),
    )
    assert isinstance(got[1], Repeated), got
    number = str(clerks.one("select number from claim order by id limit 1"))
    got = overlapping(
        clerks,
        lambda b: act(b, paid, number),
        lambda b: act(b, determine, again, households([75, 75, None, 120])),
    )
    assert got[0] == 50_000
    assert not isinstance(got[1], BaseException), got
    assert (standing(clerks, "due", number), standing(clerks, "paid", number)) == (100_000, 50_000)
    assert act(first, paid, number) == 50_000
    sound(first)


# ------------------------------------------------------------------ policies


def test_a_policy_that_is_cancelled_is_not_endorsed(clerks: Clerks) -> None:
    first, _ = clerks
    publish_text(first, BASE)
    number = issued(first)
    got = overlapping(
        clerks,
        lambda b: act(b, cancel, number, start=D(2026, 4, 1)),
        lambda b: act(b, endorse, number, start=D(2026, 5, 1), fields={"sum": "8万"}),
    )
    assert not isinstance(got[0], BaseException)
    assert codes(got[1]) == {"nothing-to-change"}
    sound(first)


def test_two_endorsements_both_count(clerks: Clerks) -> None:
    first, _ = clerks
    publish_text(first, BASE)
    number = issued(first, amount="36500")
    got = overlapping(
        clerks,
        lambda b: act(b, endorse, number, start=D(2026, 4, 1), fields={"sum": "73000"}),
        lambda b: act(b, endorse, number, start=D(2026, 4, 1), fields={"age": "30"}),
    )
    assert codes(got[0]) == codes(got[1]) == set()
    last = clerks.all("select seq, fields->>'sum', fields->>'age' from segment order by seq desc limit 1")
    assert last == [(3, "73000", "30")]
    due = "select sum(amount)::bigint from transfer join party p on p.id = receiver_id where p.code = '甲保险'"
    assert clerks.one(due) == clerks.one("select sum(premium)::bigint from segment")
    sound(first)


@pytest.mark.parametrize("again", ["issue", "renew"])
def test_a_quote_is_used_and_a_policy_renewed_once(clerks: Clerks, again: str) -> None:
    first, _ = clerks
    publish_text(first, BASE)
    number = quoted(first) if again == "issue" else issued(first)
    work = issue if again == "issue" else renew
    got = overlapping(clerks, lambda b: act(b, work, number), lambda b: act(b, work, number))
    assert codes(got[0]) == set()
    assert codes(got[1]) == {"quote-used" if again == "issue" else "renewed-before"}
    sound(first)


def test_one_number_for_two_policies_is_refused(clerks: Clerks) -> None:
    first, _ = clerks
    publish_text(first, BASE)
    one, two = quoted(first), quoted(first)
    got = overlapping(clerks, lambda b: act(b, issue, one, policy="F-1"), lambda b: act(b, issue, two, policy="F-1"))
    assert codes(got[0]) == set()
    assert codes(got[1]) == {"number-taken"}
    sound(first)


def test_a_budget_that_two_ask_for_at_once_is_given_once(clerks: Clerks) -> None:
    first, _ = clerks
    publish_text(first, SHARED)
    one, two = quoted(first, holder="甲"), quoted(first, holder="乙")
    got = overlapping(clerks, lambda b: act(b, issue, one), lambda b: act(b, issue, two))
    assert not any(isinstance(outcome, BaseException) for outcome in got)
    given = "select sum(amount)::bigint from transfer where label = 'subsidy'"
    assert clerks.one(given) == 30_000
    order = (
        "select policy_id, sum(amount)::bigint from transfer where label = 'subsidy' group by 1 order by min(txn_id)"
    )
    assert [amount for _, amount in clerks.all(order)] == [20_000, 10_000]
    act(first, endorse, got[1].number, start=D(2026, 3, 2), fields={"sum": "5万"})  # type: ignore[union-attr]
    assert [amount for _, amount in clerks.all(order)] == [20_000, 10_000]
    sound(first)


def test_the_same_new_holder_is_one_party(clerks: Clerks) -> None:
    first, _ = clerks
    publish_text(first, BASE)
    overlapping(clerks, lambda b: quoted(b, holder="赵六"), lambda b: quoted(b, holder="赵六"))
    assert clerks.one("select count(*) from party where code = '赵六'") == 1
    assert clerks.one("select count(distinct holder_id) from quote") == 1
    sound(first)


# ------------------------------------------------------------------ tables and versions


def table(folder: Path, rows: int, *, name: str = "t.csv", first: int = 0, programme: str = "t.farm") -> Path:
    """A table of policies; each has its own holder."""
    path = folder / name
    lines = [f"{programme},T-{n},户主{n},2026-03-02,2027-03-01,{1000 + n},v{n % 7}" for n in range(first, first + rows)]
    path.write_text("\n".join(["programme,policy,holder,start,end,sum,village", *lines]) + "\n", "utf-8")
    return path


def test_the_same_file_is_imported_once(clerks: Clerks, tmp_path: Path) -> None:
    first, _ = clerks
    publish_text(first, BASE)
    path = table(tmp_path, 50)
    got = overlapping(clerks, lambda b: issue_file(b, Source(path)), lambda b: issue_file(b, Source(path)))
    assert isinstance(got[1], Before), got
    assert got[1].txn == clerks.one("select txn_id from batch")
    assert clerks.one("select count(*) from policy") == 50
    sound(first)


@pytest.mark.parametrize("programme", [BASE, SHARED])
def test_a_table_finds_the_holder_whom_a_clerk_has_just_written(clerks: Clerks, tmp_path: Path, programme: str) -> None:
    first, _ = clerks
    publish_text(first, programme)
    path = table(tmp_path, 20)
    got = overlapping(clerks, lambda b: quoted(b, holder="户主7"), lambda b: issue_file(b, Source(path)))
    assert not isinstance(got[1], BaseException), got
    assert clerks.one("select count(*) from party where code = '户主7'") == 1
    assert clerks.one("select count(*) from policy") == 20
    sound(first)


def test_numbers_that_another_table_takes_are_named(clerks: Clerks, tmp_path: Path) -> None:
    first, _ = clerks
    publish_text(first, BASE)
    one, two = table(tmp_path, 20), table(tmp_path, 20, name="u.csv", first=15)
    got = overlapping(clerks, lambda b: issue_file(b, Source(one)), lambda b: issue_file(b, Source(two)))
    assert codes(got[1]) == {"number-taken"}
    assert len(got[1]) == 5  # type: ignore[arg-type]
    assert clerks.one("select count(*) from policy") == 20
    sound(first)


def test_a_version_is_published_once(clerks: Clerks) -> None:
    first, _ = clerks
    got = overlapping(clerks, lambda b: publish_text(b, BASE), lambda b: publish_text(b, BASE))
    assert got[0] == got[1]
    later = BASE.replace("2026-01-01\nname", "2026-02-01\nname"), BASE.replace("2026-01-01\nname", "2026-03-01\nname")
    got = overlapping(clerks, lambda b: publish_text(b, later[0]), lambda b: publish_text(b, later[1]))
    assert len({*got}) == 2
    assert clerks.one("select count(*) from programme_version") == 3
    assert clerks.one("select count(*) from programme") == 1
    sound(first)


def test_nothing_slips_into_days_that_are_being_closed(clerks: Clerks) -> None:
    first, _ = clerks
    publish_text(first, BASE)
    number = quoted(first)

    def late(book: Book) -> Any:
        return book.act("test", lambda j: issue(j, book.library, number), booked=D(2026, 2, 28))

    got = overlapping(clerks, late, lambda b: b.act("close", lambda j: close_books(j, D(2026, 2, 28))))
    assert codes(got[0]) == codes(got[1]) == set()
    assert not any(isinstance(one, BaseException) for one in got)
    closed = "select c.txn_id > max(x.id) from closing c, txn x where x.booked_on <= c.through group by c.txn_id"
    assert clerks.one(closed)
    sound(first)


def test_a_book_that_four_open_first_has_one_name(empty_url: str) -> None:
    def opening(number: int) -> str:
        named = {"QUANYU_LOG_ORIGIN": f"example.com/{number}"}
        with open_book(actor="a", now=lambda: NOON, url=empty_url, environment=named) as book:
            return book.read(header).origin

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(opening, range(4)))) == 1


def test_clerks_do_not_wait_for_a_long_table(clerks: Clerks, tmp_path: Path) -> None:
    first, second = clerks
    publish_text(first, BASE)
    publish_text(first, CLAIMS)
    path = table(tmp_path, 20_000)
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(issue_file, first, Source(path))
        rounds = 0
        while not loading.done():
            number = quoted(second, holder=f"客户{rounds}")
            assert codes(act(second, issue, number)) == set()
            act(second, decide, claimed(second, f"C{rounds}"), Decision())
            assert act(second, paid, f"C{rounds}") == 100_000
            rounds += not loading.done()
        assert not isinstance(loading.result(), list)
    assert rounds >= 2
    assert clerks.one("select count(*) from policy") >= 20_000 + rounds
    sound(first)


def test_heads_are_signed_while_others_write(clerks: Clerks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = clerks
    monkeypatch.setenv("QUANYU_KEY", str(tmp_path / "book.pem"))
    publish_text(first, BASE)
    done = threading.Event()

    def write() -> None:
        try:
            for n in range(6):
                quoted(first, holder=f"户{n}")
                issue_file(first, Source(table(tmp_path, 300, name=f"{n}.csv", first=1000 * n)))
        finally:
            done.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        sealed = 0
        while not done.is_set():
            assert not isinstance(seal(second, {"QUANYU_KEY": str(tmp_path / "book.pem")}), list)
            sealed += 1
        writing.result()
    assert sealed > 2
    assert int(clerks.one("select count(*) from leaf")) > 3600
    sound(first)
