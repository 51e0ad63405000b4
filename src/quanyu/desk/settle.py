"""The verb `settle`: a case to the fen, beside what it expects."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from quanyu.desk.open import OpenedCase, open_case, placed
from quanyu.language.scalars import Source
from quanyu.settlement import Settled, settle
from quanyu.settlement.binding import Parts, settle_parts, whole
from quanyu.settlement.expected import Comparison, compare
from quanyu.settlement.periods import Results
from quanyu.settlement.stops import Stopped, stops
from quanyu.tables import read_rows
from quanyu.terms import Finding, Text
from quanyu.waterfall.explain import write_amount

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

    @property
    def notes(self) -> tuple[Text, ...]:
        """What has to be said beside the amounts: conditions of `stop` that hold, money that no account could hold."""
        return (*self._stopped(), *self._overflow())

    def _stopped(self) -> Iterator[Text]:
        for stop in self.stops:
            if stop.holds:
                yield Text(
                    f"停办条件 {stop.name} 在期间 {stop.period} 成立：{stop.when}",
                    f"the condition {stop.name} closes the programme to new business in {stop.period}: {stop.when}",
                )

    def _overflow(self) -> Iterator[Text]:
        outcome = self.settled.outcome
        for over in outcome.overflow:
            ceiling = outcome.plan.accounts[over.account].ceiling
            amount, most = write_amount(over.amount, outcome.scale), write_amount(ceiling or 0, 1)
            name = outcome.plan.names.get(over.account, Text.same(over.account))
            yield Text(
                f"{over.instant} 入账时{name.zh}已满：{amount.zh} 超过上限 {most.zh}，没有归处",
                f"{name.en} was full at {over.instant}: {amount.en} of what came in lie above its ceiling of {most.en} "
                "and go to nobody",
            )


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
    parts = _parts(opened, rows)
    if isinstance(parts, list):
        return [placed(f, opened.path, opened.excerpts) for f in parts]
    settled = whole(opened.case, parts) if opened.versions else parts[0][1]
    return SettledCase(opened, settled, tuple(compare(settled)), tuple(_stops(opened, parts)))


def _parts(opened: OpenedCase, rows: list[dict[str, Any]]) -> Parts | list[Finding]:
    """What the case comes to under each version that binds any of its rows; under one where it names one."""
    if opened.versions:
        return settle_parts([version.compiled for version in opened.versions], opened.case, rows)
    settled = settle(opened.under.compiled, opened.case, rows)
    return settled if isinstance(settled, list) else ((opened.under.compiled, settled),)


def _stops(opened: OpenedCase, parts: Parts) -> Iterator[Stopped]:
    """The conditions of each version, by what was settled under it; named with its date where there are several."""
    for compiled, settled in parts:
        if settled.outcome.plan.flow != "losses":
            continue
        for stop in stops(Results(compiled, settled.history, settled.outcome), opened.case):
            version = f"{compiled.programme.version}/" if opened.versions else ""
            yield replace(stop, name=f"{version}{stop.name}")
