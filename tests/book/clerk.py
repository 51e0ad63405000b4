"""A clerk as a process of his own, to be killed: he does a day's work, each act once however often he begins again.

    python -m book.clerk

Each line of the standard input is an order, as JSON. A child is forked for each, when all modules are loaded, and does
it. What is printed: the child's number, then how it ended.
"""

import datetime as dt
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from book.policy_book import BASE
from book.test_claims import PROGRAMME as CLAIMS
from book.test_policies_under_others import BUDGET
from quanyu.book import Journal, Repeated, publish
from quanyu.book.claims import Notice, notify
from quanyu.book.deciding import Decision, decide_together
from quanyu.book.endorsing import cancel, endorse
from quanyu.book.facts import Paper, Statement, state_facts
from quanyu.book.issuing import issue
from quanyu.book.parties import Person
from quanyu.book.paying import Payment, pay
from quanyu.book.quotes import Ask, quote
from quanyu.book.renewing import Renewal, renew
from quanyu.book.reserving import reserve_claim
from quanyu.book.underwriting import underwrite
from quanyu.desk.booking import Book, open_book
from quanyu.desk.intake.opened import Source
from quanyu.desk.register import issue_file
from quanyu.desk.sealing import seal
from quanyu.language.load import read_programme
from quanyu.store import StoreError, driver

__all__ = ["NOON", "Order", "tables_in"]

D = dt.date
NOON = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)
SHARED = BASE.replace("t.farm", "t.shared").replace(
    BASE[BASE.index("premium:") : BASE.index("examples:")], f"premium: {BUDGET}\n"
) + "scopes: {village_year: [village, period]}\n"  # fmt: skip
_CLAIMS = tuple(f"C{n}" for n in range(1, 6))


@dataclass(frozen=True)
class Order:
    """What a clerk is told. url: the database; folder: where his tables and his key lie; to: where he reports.

    skip: so many acts he takes for done without a look. before, after: he dies just before, or just after, the commit
    of so many acts that wrote.
    """

    url: str
    folder: str
    to: str
    skip: int = 0
    before: int = 0
    after: int = 0


def tables_in(folder: Path, rows: int, shared: int) -> None:
    """Writes the tables that the clerk brings in: one of policies apart, one of policies under a budget."""
    for name, programme, count in (("farm", "t.farm", rows), ("shared", "t.shared", shared)):
        lines = [
            f"{programme},{name}-{n},户主{n % 997},2026-03-02,2027-03-01,{1000 + 7 * n},v{n % 7}" for n in range(count)
        ]
        text = "\n".join(["programme,policy,holder,start,end,sum,village", *lines])
        (folder / f"{name}.csv").write_text(text + "\n", "utf-8")


def _publish(journal: Journal, _: Book) -> None:
    for source in (BASE, SHARED, CLAIMS):
        document, findings = read_programme(source, "test.yaml")
        assert document is not None, findings
        publish(journal, document.value)


def _issue(journal: Journal, book: Book) -> None:
    ask = Ask("t.shared", D(2026, 3, 2), None, {"sum": "1万", "village": "v1"}, Person("王五", "王五"))
    number = quote(journal, book.library, ask).number
    underwrite(journal, book.library, number)
    issue(journal, book.library, number, policy="F-1")


def _change(journal: Journal, book: Book) -> None:
    endorse(journal, book.library, "F-1", start=D(2026, 5, 1), fields={"sum": "2万"})
    cancel(journal, book.library, "shared-3", start=D(2026, 6, 1))
    renew(journal, book.library, "farm-4", Renewal(policy="farm-4/2"))


def _notify(journal: Journal, book: Book) -> None:
    for number in _CLAIMS:
        person = Person(f"户主{number}", f"户主{number}")
        keys = {"cover": "flood"}
        made = Notice("test.claims", D(2026, 3, 1), D(2026, 3, 2), person, keys=keys, number=number)
        notify(journal, book.library, made)
        reserve_claim(journal, book.library, number, "800")
        journal.settle()
        paper = Paper(f"{number}.jpg", "image/jpeg", number.encode())
        said = Statement({"depth": "75"}, "surveyor", D(2026, 3, 1), papers=(paper,))
        state_facts(journal, book.library, number, said)


def _days_work() -> Sequence[tuple[str, Callable[[Journal, Book], Any]]]:
    """The acts that are done under a reference, in their order."""
    again = Decision(amounts={"flood": "1500"})
    return [
        ("issue", _issue),
        ("change", _change),
        ("notify", _notify),
        ("decide", lambda j, b: decide_together(j, b.library, dict.fromkeys(_CLAIMS, Decision()))),
        ("pay", lambda j, _: pay(j, "C1", Payment("150"))),
        ("decide anew", lambda j, b: decide_together(j, b.library, {"C3": again})),
        ("pay rest", lambda j, _: pay(j, "C1", Payment())),
    ]


def _worked(book: Book, folder: Path, skip: int) -> None:
    def once(name: str, work: Callable[[Journal, Book], Any]) -> None:
        try:
            done = book.act(name, lambda j: work(j, book), reference=name)
        except Repeated:
            return
        assert not isinstance(done, list), done

    def imported(name: str) -> None:
        done = issue_file(book, Source(folder / f"{name}.csv"))
        assert not isinstance(done, list), done

    def sealed() -> None:
        assert not isinstance(seal(book, {"QUANYU_KEY": str(folder / "book.pem")}), list)

    acts: list[Callable[[], object]] = [partial(once, "publish", _publish)]
    acts += [partial(imported, "farm"), partial(imported, "shared")]
    acts += [partial(once, name, work) for name, work in _days_work()]
    for act in [*acts, sealed][skip:]:
        act()


def _mortal(book: Book, order: Order) -> None:
    """Has the clerk die at a commit."""
    wrote, ended = 0, 0

    def committing(connection: Connection) -> None:
        nonlocal wrote
        found = driver(connection).execute(b"select pg_current_xact_id_if_assigned()").fetchone()
        wrote += found is not None and found[0] is not None
        if wrote and wrote == order.before:
            os.kill(os.getpid(), signal.SIGKILL)

    def given_back(*_: object) -> None:
        nonlocal ended
        ended = wrote
        if ended and ended == order.after:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(book.store.engine, "commit", committing)
    event.listen(book.store.engine.pool, "checkin", given_back)


def work(order: Order) -> int:
    """A day's work; 0 where it is done, 1 where there is no store, 2 for whatever should not be."""
    try:
        with open_book(actor="clerk", now=lambda: NOON, url=order.url) as book:
            _mortal(book, order)
            _worked(book, Path(order.folder), order.skip)
    except StoreError as error:
        Path(order.to).write_text(str(error), "utf-8")
        return 1
    except BaseException:
        Path(order.to).write_text(traceback.format_exc(), "utf-8")
        return 2
    return 0


def main() -> None:
    """Does orders until there are no more."""
    for line in sys.stdin:
        order = Order(**json.loads(line))
        child = os.fork()
        if child == 0:
            os._exit(work(order))
        print(child, flush=True)  # noqa: T201 - what the caller reads
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
