"""The verb `settle`: a case to the fen, beside what it expects."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quanyu.desk.open import OpenedCase, open_case, placed
from quanyu.language.scalars import Source
from quanyu.settlement import Settled, settle, settle_versions
from quanyu.settlement.expected import Comparison, compare
from quanyu.settlement.periods import Results
from quanyu.settlement.stops import Stopped, stops
from quanyu.tables import read_rows
from quanyu.terms import Finding

__all__ = ["SettledCase", "settle_case", "settle_file"]


@dataclass(frozen=True)
class SettledCase:
    """A settled case with what it was expected to come to, and the conditions that close the programme."""

    opened: OpenedCase
    settled: Settled
    comparisons: tuple[Comparison, ...]
    stops: tuple[Stopped, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every expected amount came out."""
        return all(c.holds for c in self.comparisons)


def settle_file(path: Path) -> SettledCase | list[Finding]:
    """Reads and settles a `.case` file."""
    opened = open_case(path)
    return opened if isinstance(opened, list) else settle_case(opened)


def settle_case(opened: OpenedCase) -> SettledCase | list[Finding]:
    """Settles a case, with the rows of its table where it names one. All findings at once, nothing half-applied."""
    rows: list[dict[str, Any]] = []
    if opened.case.table is not None:
        table = read_rows(opened.path.parent / opened.case.table)
        if isinstance(table, list):
            return table
        for number, row in enumerate(table.frame.iter_rows(named=True)):
            rows.append({
                name: Source(str(value).lower() if isinstance(value, bool) else str(value), table.place(number, name))
                for name, value in row.items() if value is not None
            })  # fmt: skip
    versions = [version.compiled for version in opened.versions]
    settled = (
        settle_versions(versions, opened.case, rows) if versions else settle(opened.under.compiled, opened.case, rows)
    )
    if isinstance(settled, list):
        return [placed(f, opened.path, opened.excerpts) for f in settled]
    results = Results(opened.under.compiled, settled.history, settled.outcome)
    stopped = stops(results, opened.case) if settled.outcome.plan.flow == "losses" and not versions else ()
    return SettledCase(opened, settled, tuple(compare(settled)), tuple(stopped))
