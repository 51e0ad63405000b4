"""Perils that strike a random number of times a year."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from quanyu.perils.columns import Floats, Ints, Occurrences
from quanyu.perils.counts import CountLaw, Poisson
from quanyu.perils.dependence import Dependence
from quanyu.perils.discrete import Categorical
from quanyu.perils.errors import require
from quanyu.perils.generator import base_of, counters, signed
from quanyu.perils.law import Law
from quanyu.perils.mixed import poisson_quantile
from quanyu.perils.sampler import CountTable, Lookup, Table, count_table, sampler
from quanyu.perils.times import TimeLaw, through_the_year
from quanyu.perils.timing import by_time, draw_times

__all__ = ["FrequencySeverity"]

SEVERITY = "severity"


@dataclass(frozen=True)
class FrequencySeverity:
    """Occurrences with a severity and further facts, each by its own law.

    factor: multiplies the Poisson mean of a whole year (a common shock); its law is the overdispersion. facts: one
    column a name; where one peril strikes several covers, each cover's severity is a fact of its own. dependence:
    between the columns of one occurrence, by the names of the facts and `severity`.
    Streams are named after the peril and the column, so columns can be added without changing the others' numbers.
    """

    name: str
    frequency: CountLaw
    severity: Law | None = None
    time: TimeLaw = field(default_factory=through_the_year)
    facts: Mapping[str, Law | Categorical] = field(default_factory=dict)
    factor: Law | None = None
    dependence: Dependence | None = None

    def __post_init__(self) -> None:
        fine = bool(self.name) and "/" not in self.name
        require(fine, "name", "名称不可为空，也不可含“/”。", "A name is not empty and holds no `/`.")
        require(SEVERITY not in self.facts, "facts", "severity 不是事实的名称。", "severity is not the name of a fact.")
        if self.factor is not None:
            plain = isinstance(self.frequency, Poisson)
            require(plain, "factor", "年度因子只乘泊松均值。", "A yearly factor multiplies a Poisson mean only.")
            low = float(self.factor.quantile(0.0))
            require(low >= 0.0, "factor", "年度因子不可为负。", "A yearly factor must not be negative.")
        for column in self.dependence.names if self.dependence else ():
            known = column in self.facts or (column == SEVERITY and self.severity is not None)
            require(known, f"dependence.{column}", "没有这一列。", "There is no such column.")

    @property
    def mean_count(self) -> float:
        """Expected number of occurrences a year."""
        return self.frequency.mean * (self.factor.mean if self.factor else 1.0)

    @property
    def variance_count(self) -> float:
        """Variance of the number of occurrences a year."""
        spread = self.frequency.mean**2 * self.factor.variance if self.factor else 0.0
        return spread + (self.mean_count if self.factor else self.frequency.variance)

    @cached_property
    def _count_table(self) -> CountTable:
        return count_table(self.frequency)

    @cached_property
    def _factor_table(self) -> Table | Lookup | None:
        return sampler(self.factor) if self.factor else None

    @cached_property
    def _samplers(self) -> dict[str, Table | Lookup]:
        own = {} if self.severity is None else {SEVERITY: sampler(self.severity)}
        return own | {name: sampler(law) for name, law in self.facts.items()}

    def driver(self, seed: int, years: range) -> Floats:
        """The signed uniform behind each year: of the factor where there is one, else of the count."""
        column = "factor" if self.factor else "count"
        return signed(counters(self._base(seed, column), years.start, np.arange(len(years) + 1, dtype=np.int64)))

    def fill(self, seed: int, years: range, *, ptr: Ints, severity: Floats) -> int:
        """Counts and severities into the caller's columns, compiled; the number of rows.

        ptr: shape (years + 1,), severity: any length. Where the answer exceeds len(severity), severity is untouched:
        call again with a longer column.
        """
        total = self._fill_counts(seed, years, ptr, driver=None, small=False)
        if total > len(severity) or self.severity is None:
            return total
        if self.dependence and SEVERITY in self.dependence.names:
            severity[:total] = self._coupled(seed, years, ptr)[SEVERITY]
        else:
            self._samplers[SEVERITY].fill(self._base(seed, SEVERITY), years.start, ptr, severity)
        return total

    def draw(
        self,
        seed: int,
        years: range,
        *,
        driver: Floats | None = None,
        ordered: bool = False,
        timed: bool = False,
        small: bool = False,
    ) -> Occurrences:
        """The occurrences of the `years`, a range of step 1.

        ordered: rows of a year by time. driver: signed uniforms that replace those of `driver`, made dependent on other
        perils. small: by NumPy alone, which compiles nothing and gives the same bits.
        """
        ptr = np.empty(len(years) + 1, np.int64)
        self._fill_counts(seed, years, ptr, driver=driver, small=small)
        columns = {name: self._column(seed, years, ptr, name=name, small=small) for name in self._samplers}
        columns |= self._coupled(seed, years, ptr)
        if not (timed or ordered):
            return _gathered(years, ptr, columns, None)
        time = draw_times(self.time, self._base(seed, "time"), years.start, ptr=ptr, small=small)
        if ordered:
            order = by_time(ptr, time, small=small)
            time, columns = time[order], {name: column[order] for name, column in columns.items()}
        return _gathered(years, ptr, columns, time)

    def _base(self, seed: int, column: str) -> np.uint64:
        path = f"{self.name}/fact/{column}" if column in self.facts else f"{self.name}/{column}"
        return base_of(seed, path)

    def _fill_counts(self, seed: int, years: range, ptr: Ints, *, driver: Floats | None, small: bool) -> int:
        if years.step != 1:
            raise ValueError("years are a range of step 1")
        base = self._base(seed, "count")
        if self._factor_table is not None:
            factor = self._factor_table.at(self.driver(seed, years) if driver is None else driver)
            alone = np.arange(len(ptr), dtype=np.int64)
            uniform = signed(counters(base, years.start, alone))
            ptr[0] = 0
            np.cumsum(poisson_quantile(uniform, self.frequency.mean * factor), out=ptr[1:])
            return int(ptr[-1])
        if driver is not None:
            return self._count_table.at(driver, ptr)
        return (self._count_table.draw if small else self._count_table.fill)(base, years.start, ptr)

    def _column(self, seed: int, years: range, ptr: Ints, *, name: str, small: bool) -> Floats:
        if self.dependence and name in self.dependence.names:
            return np.empty(0)
        base, table = self._base(seed, name), self._samplers[name]
        if small:
            return table.draw(base, years.start, ptr)
        out = np.empty(int(ptr[-1]))
        table.fill(base, years.start, ptr, out)
        return out

    def _coupled(self, seed: int, years: range, ptr: Ints) -> dict[str, Floats]:
        if self.dependence is None:
            return {}
        own = {name: signed(counters(self._base(seed, name), years.start, ptr)) for name in self.dependence.names}
        mixing = signed(counters(self._base(seed, "mixing"), years.start, ptr))
        return {name: self._samplers[name].at(u) for name, u in self.dependence.couple(own, mixing).items()}


def _gathered(years: range, ptr: Ints, columns: dict[str, Floats], time: Floats | None) -> Occurrences:
    facts = {name: column for name, column in columns.items() if name != SEVERITY}
    return Occurrences(years.start, ptr, columns.get(SEVERITY), time, facts)
