"""The verb `import`: a file of any kind brought into the book, whole and once, or everything that is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from quanyu.book import Journal, Refused, Repeated
from quanyu.book import tables as t
from quanyu.book.mass.register import MOST
from quanyu.book.mass.table import Issued
from quanyu.book.mass.tally import HOLDER
from quanyu.desk.booking import Book
from quanyu.desk.intake.cells import Cells, cells_of
from quanyu.desk.intake.headings import HEADINGS
from quanyu.desk.intake.how import Before, How, Line, Progress, act_once, batch_of
from quanyu.desk.intake.kinds import KINDS, Kind
from quanyu.desk.intake.opened import Source, Table, opened_table
from quanyu.desk.register import issue_file
from quanyu.terms import Finding, Place, Text

__all__ = ["Brought", "bring_in"]


@dataclass(frozen=True)
class Brought:
    """What came of a table. rows: those with a cell in them."""

    rows: int
    lines: Sequence[Line]


def bring_in(
    book: Book, kind: str, source: Source, *, how: How | None = None, progress: Progress | None = None
) -> Brought | Before | list[Finding]:
    """A table of a kind (`policies`, or one of those that come row by row), in one transaction."""
    asked = how or How()
    if kind == "policies":
        done = issue_file(book, source, how=asked, progress=progress)
        return Brought(done.policies, list(_issued(done))) if isinstance(done, Issued) else done
    with opened_table(source, kind) as table:
        if isinstance(table, list):
            return table
        absent = [*_absent(table, kind), *_strange(table, kind)]
        return absent or _brought(book, kind, table, source, _Work(asked, progress))


@dataclass(frozen=True)
class _Work:
    how: How
    progress: Progress | None


def _brought(book: Book, kind: str, table: Table, source: Source, work: _Work) -> Brought | Before | list[Finding]:
    name = source.path.name

    def whole(journal: Journal) -> Brought:
        if (done := batch_of(journal.connection, kind, table.digest)) is not None:
            raise Repeated(done)
        row = {"purpose": kind, "digest": table.digest, "file": name, "row_count": table.blocks.height}
        journal.write(t.batch, [row])
        journal.touch("txn", journal.txn)
        return _rows(KINDS[kind][0](journal, book.library), table, work.progress)

    try:
        return act_once(book, f"import {kind}", whole, how=work.how, name=name)
    except Repeated as before:
        return Before(before.txn)
    except IntegrityError:
        done = book.read(lambda connection: batch_of(connection, kind, table.digest))
        if done is None:
            raise
        return Before(done)


def _rows(made: Kind, table: Table, progress: Progress | None) -> Brought:
    findings: list[Finding] = []
    count = 0
    for cells in cells_of(table.blocks):
        findings += _row(made, cells)
        count += 1
        if progress is not None:
            progress(count, table.blocks.height)
        if len(findings) >= MOST:
            break
    if findings:
        raise Refused(*findings)
    made.close()
    return Brought(count, made.lines())


def _row(made: Kind, cells: Cells) -> list[Finding]:
    try:
        made.row(cells)
    except Refused as refused:
        return [*cells.findings, *(cells.placed(one) for one in refused.findings)]
    return cells.findings


def _absent(table: Table, kind: str) -> Iterator[Finding]:
    blocks = table.blocks
    place = Place(blocks.file, max(blocks.first - 1, 1), 1, sheet=blocks.sheet)
    for name in KINDS[kind][1]:
        if name not in table.columns:
            yield Finding(
                "missing-column",
                place,
                Text(f"缺少列“{name}”", f"there is no column `{name}`"),
                Text(f"加上列“{name}”，或给出对应的列名", f"add a column `{name}`, or map another one to it"),
            )


def _strange(table: Table, kind: str) -> Iterator[Finding]:
    """Columns of payments that say nothing of a payment: another table would book that all of its policies are paid."""
    if kind != "payments":
        return
    blocks, known = table.blocks, HEADINGS[kind]
    for number, name in enumerate(table.columns, 1):
        if name not in known:
            yield Finding(
                "unknown-column",
                Place(blocks.file, max(blocks.first - 1, 1), number, sheet=blocks.sheet),
                Text(f"缴费表没有“{name}”这一列", f"a table of payments has no column `{name}`"),
                Text(
                    "用 --map 写明它是什么，或在对应文件里列入 omit",
                    "say what it is (--map), or leave it out: `omit` of a mapping file",
                ),
            )


def _issued(done: Issued) -> Iterator[Line]:
    """Policies and premium by programme, premium by who pays it."""
    for (code, currency), policies in done.tally.policies.items():
        own = (code, currency)
        yield Line(Text.same(code), policies, done.tally.premium[own], currency)
        for (*of, kind), amount in sorted(done.tally.payers.items()):
            if tuple(of) == own:
                yield Line(_PAYERS.get(kind, Text.same(kind)), None, amount, currency)


_PAYERS = {
    HOLDER: Text("  投保人缴", "  paid by holders"),
    "government": Text("  财政补贴", "  paid by government"),
    "insurer": Text("  保险人承担", "  paid by insurers"),
    "account": Text("  账户支付", "  paid from accounts"),
    "named": Text("  其他方缴", "  paid by parties that rows name"),
}
