"""The greatest occurrence of a path: of a step, of the whole amount, and of everyone who bears rows of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from quanyu.waterfall import kernel_codes as c
from quanyu.waterfall.kernel_builder import Builder, Value
from quanyu.waterfall.kernel_stages import peak
from quanyu.waterfall.plan import PlanStep, Taker

__all__ = ["Occurrences", "account_of"]

_SAME = 12
"""Decimals to which two ratios of parts are taken as equal."""


def account_of(step: PlanStep) -> str:
    """The account of a step's taker: of a party, of a fund, of the insured, or of whom a field of the claim names."""
    return "insured" if step.taker is Taker.INSURED else step.party or "insured"


class Occurrences:
    """Writes the greatest sums of rows that are one occurrence: those of one key of `by`, else of one instant.

    Amounts that are multiples of one another, as are those of a pool's members, are grouped once.
    """

    def __init__(self, builder: Builder, by: str | None) -> None:
        self.builder, self.by = builder, by
        self._parts: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        self._peaks: dict[tuple[tuple[int, float], ...], Value] = {}

    def bear(self, bearer: str, part: Value) -> None:
        """Somebody keeps a part of the rows, beside what is already known."""
        if part.level != "row":
            raise ValueError(f"what {bearer} keeps is known only by path")
        self._parts[bearer][part.register] += part.scale

    def of(self, value: Value) -> Value:
        """The greatest occurrence of a row value."""
        return self._of({value.register: value.scale})

    def by_bearer(self) -> Iterator[tuple[str, Value]]:
        """Everyone who bears something, with the greatest occurrence of all of it together."""
        for bearer, parts in self._parts.items():
            kept = {register: scale for register, scale in parts.items() if scale}
            if kept:
                yield bearer, self._of(kept)

    def _of(self, parts: Mapping[int, float]) -> Value:
        unit = max(map(abs, parts.values())) or 1.0
        key = tuple((register, round(scale / unit, _SAME)) for register, scale in sorted(parts.items()))
        if key not in self._peaks:
            slot = c.BY_INSTANT if self.by is None else self.builder.slot(self.by)
            self._peaks[key] = peak(self.builder, self._sum(key), 1.0, slot)
        return self._peaks[key].times(unit)

    def _sum(self, parts: tuple[tuple[int, float], ...]) -> Value:
        (register, scale), *others = parts
        total = Value("row", register, scale)
        for register, scale in others:
            total = self.builder.row_value(c.MIX, (total.scale, scale, 0.0), x=total.register, w=register)
        return total
