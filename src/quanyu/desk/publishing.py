"""The verb `book publish`: programme files, checked, become versions of the book, all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quanyu.book import Journal, Refused
from quanyu.book.populations import open_accounts
from quanyu.book.succession import budgets_apart, publish_version
from quanyu.book.versions import versions_of
from quanyu.desk.booking import Book
from quanyu.desk.open import Opened, files_of, open_programme, versions_beside
from quanyu.desk.policies import Doing
from quanyu.terms import Finding, refusals

__all__ = ["Published", "publish_files", "publish_opened"]


@dataclass(frozen=True, slots=True)
class Published:
    """A version of the book. new: whether it was not there before; opened: what its accounts begin with, in fen.

    notes: what is worth knowing of a new version beside the one before it.
    """

    programme: str
    version: str
    id: int
    new: bool
    opened: int
    notes: tuple[Finding, ...] = ()


def publish_files(book: Book, paths: Sequence[Path], doing: Doing | None = None) -> list[Published] | list[Finding]:
    """Publishes every programme file; a version that stands in the book with the same text stays as it is."""
    files = list(files_of(paths, (".yaml", ".yml")))
    opened = [open_programme(file) for file in files]
    wrong = [finding for one in opened if isinstance(one, list) for finding in one]
    wrong = wrong or refusals(versions_beside(files))
    if wrong:
        return wrong
    return publish_opened(book, [one for one in opened if isinstance(one, Opened)], doing)


def publish_opened(book: Book, opened: Sequence[Opened], doing: Doing | None = None) -> list[Published] | list[Finding]:
    """Publishes programmes in one act, all of them or none: then every reason of every one is told."""
    known = sorted(opened, key=lambda one: one.programme.version)

    def work(journal: Journal) -> list[Published]:
        done: list[Published] = []
        wrong: list[Finding] = []
        for one in known:
            try:
                done.append(_published(book, journal, one))
            except Refused as refused:
                wrong += refused.findings
        if wrong:
            raise Refused(*wrong)
        return done

    return (doing or Doing()).do(book, "publish", work)


def _published(book: Book, journal: Journal, one: Opened) -> Published:
    programme = one.programme
    before = versions_of(journal.connection, programme.programme)
    number = publish_version(journal, book.library, programme)
    moved = open_accounts(journal, book.library, number)
    new = number not in before
    notes = tuple(budgets_apart(journal.connection, book.library, programme)) if new else ()
    opened = sum(money.amount for money in moved if money.stage == "due")
    return Published(programme.programme, str(programme.version), number, new, opened, notes)
