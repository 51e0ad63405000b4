"""Several perils in the same years, with their dependence stated."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from quanyu.perils.columns import Floats, Occurrences
from quanyu.perils.default import Default
from quanyu.perils.dependence import Dependence
from quanyu.perils.errors import require
from quanyu.perils.frequency import FrequencySeverity
from quanyu.perils.generator import base_of, counters, signed

__all__ = ["Peril", "Perils"]

Peril = FrequencySeverity | Default


@dataclass(frozen=True)
class Perils:
    """Perils of one model; `dependence` joins their yearly drivers, by the names of the perils.

    The driver of a peril is what makes a whole year bad: its factor where it has one, else its number of occurrences;
    of a default peril the common factor. Every peril keeps its own law whatever the dependence (a copula).
    """

    members: tuple[Peril, ...]
    dependence: Dependence | None = None

    def __post_init__(self) -> None:
        names = [peril.name for peril in self.members]
        require(len(set(names)) == len(names), "members", "风险名称重复。", "Two perils have one name.")
        for name in self.dependence.names if self.dependence else ():
            require(name in names, f"dependence.{name}", "没有这个风险。", "There is no such peril.")

    def draw(self, seed: int, years: range, *, ordered: bool = False, small: bool = False) -> dict[str, Occurrences]:
        """The occurrences of each peril by name, with times."""
        drivers = self._drivers(seed, years)
        return {
            peril.name: peril.draw(
                seed, years, driver=drivers.get(peril.name), ordered=ordered, timed=True, small=small
            )
            for peril in self.members
        }

    def _drivers(self, seed: int, years: range) -> Mapping[str, Floats]:
        if self.dependence is None:
            return {}
        own = {peril.name: peril.driver(seed, years) for peril in self.members if peril.name in self.dependence.names}
        alone = np.arange(len(years) + 1, dtype=np.int64)
        # No peril's stream holds "//", so the shared one cannot meet them.
        mixing = signed(counters(base_of(seed, "//mixing"), years.start, alone))
        return self.dependence.couple(own, mixing)
