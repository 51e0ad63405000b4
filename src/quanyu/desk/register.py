"""The verb `import policies`: a table of policies of any programmes, issued whole or not at all, and once only."""

from collections.abc import Collection, Mapping

from sqlalchemy.exc import IntegrityError

from quanyu.book import Journal, Repeated
from quanyu.book.mass.register import RESERVED, Published, published
from quanyu.book.mass.table import BLOCK, File, Issued, issue_table
from quanyu.book.mass.taken import numbers_taken
from quanyu.desk.booking import Book
from quanyu.desk.intake.how import Before, How, Progress, act_once, batch_of
from quanyu.desk.intake.opened import Source, Table, opened_table
from quanyu.terms import Finding

__all__ = ["issue_file"]

_TAKEN = {"policy_number_key", "batch_purpose_digest_key"}


def issue_file(
    book: Book, source: Source, *, how: How | None = None, progress: Progress | None = None
) -> Issued | Before | list[Finding]:
    """Issues every row of a file in one transaction. Findings name every bad row; then nothing is written."""
    asked = how or How()

    def meanings(codes: Collection[str]) -> Mapping[str, str]:
        return _named(book.read(lambda connection: published(connection, book.library, codes)))

    with opened_table(source, "policies", meanings) as table:
        if isinstance(table, list):
            return table
        codes = table.distinct("programme")
        file = File(source.path.name, table.digest, table.blocks.height, codes)

        def work(journal: Journal) -> Issued:
            if (done := batch_of(journal.connection, "policies", file.digest)) is not None:
                raise Repeated(done)
            return _issued(journal, book, table, file, progress)

        try:
            return act_once(book, "issue", work, how=asked, name=source.path.name)
        except Repeated as before:
            return Before(before.txn)
        except _Taken as taken:
            return _taken(book, table, taken)


def _issued(journal: Journal, book: Book, table: Table, file: File, progress: Progress | None) -> Issued:
    count = 0

    def told(rows: int) -> None:
        nonlocal count
        count += rows
        if progress is not None:
            progress(count, file.rows)

    try:
        return issue_table(journal, book.library, table.blocks.blocks(BLOCK), file=file, progress=told)
    except IntegrityError as error:
        if getattr(getattr(error.orig, "diag", None), "constraint_name", None) not in _TAKEN:
            raise
        raise _Taken from error


class _Taken(Exception):  # noqa: N818 - takes the transaction back
    """A number of the table is another policy's, or another brought the same file in meanwhile."""


def _taken(book: Book, table: Table, taken: _Taken) -> Before | list[Finding]:
    done = book.read(lambda connection: batch_of(connection, "policies", table.digest))
    if done is not None:
        return Before(done)
    found = book.read(lambda connection: numbers_taken(connection, table.blocks.blocks(BLOCK)))
    if not found:
        raise taken.__cause__ or taken from None
    return found


def _named(known: Published) -> Mapping[str, str]:
    """Fields by their names in the programmes, where all of them mean one field by it."""
    fields = [item for versions in known.values() for one in versions for item in one.programme.insured.fields.items()]
    meant: dict[str, set[str]] = {}
    for name, spec in fields:
        for said in (spec.name.zh, spec.name.en) if spec.name is not None else ():
            meant.setdefault(said, set()).add(name)
    own = {name for name, _ in fields}
    return {said: names.pop() for said, names in meant.items() if len(names) == 1 and said not in {*own, *RESERVED}}
