"""The law of a claim that comes from one of several perils."""

from dataclasses import dataclass

import numpy as np

from quanyu.perils import Law
from quanyu.perils.columns import Floats, as_floats

__all__ = ["Mixture"]

_HALVINGS = 200


@dataclass(frozen=True)
class Mixture(Law):
    """One of `laws`, each with its weight. weights: positive, together 1.

    Quantiles lie between the least and the greatest of the laws' own and are found by halving.
    """

    weights: tuple[float, ...]
    laws: tuple[Law, ...]

    def _mixed(self, parts: list[Floats]) -> Floats:
        return as_floats(sum(w * part for w, part in zip(self.weights, parts, strict=True)))

    def _cdf(self, x: Floats) -> Floats:
        return self._mixed([law.cdf(x) for law in self.laws])

    def _survival(self, x: Floats) -> Floats:
        return self._mixed([law.survival(x) for law in self.laws])

    def _partial(self, x: Floats, order: int) -> Floats:
        return self._mixed([law.partial(x, order) for law in self.laws])

    def _log_density(self, x: Floats) -> Floats:
        parts = [np.log(w) + law.log_density(x) for w, law in zip(self.weights, self.laws, strict=True)]
        return as_floats(np.logaddexp.reduce(np.stack(parts), axis=0))

    def _quantile(self, p: Floats) -> Floats:
        low, high = self._ends([law.quantile(p) for law in self.laws])
        for _ in range(_HALVINGS):
            middle = low + (high - low) / 2.0
            enough = self._cdf(middle) >= p
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return as_floats(np.where(self._cdf(low) >= p, low, high))

    def _upper_quantile(self, s: Floats) -> Floats:
        low, high = self._ends([law.upper_quantile(s) for law in self.laws])
        for _ in range(_HALVINGS):
            middle = low + (high - low) / 2.0
            enough = self._survival(middle) <= s
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return as_floats(np.where(self._survival(low) <= s, low, high))

    @staticmethod
    def _ends(quantiles: list[Floats]) -> tuple[Floats, Floats]:
        every = np.stack(quantiles)
        return every.min(axis=0), every.max(axis=0)
