"""Laws on finitely many values."""

from dataclasses import dataclass

import numpy as np

from quanyu.perils.columns import Floats, as_floats
from quanyu.perils.errors import require
from quanyu.perils.law import Law

__all__ = ["Categorical", "Empirical", "fixed"]


@dataclass(frozen=True)
class Empirical(Law):
    """The given values, each as likely as its weight; without weights all alike. Kept sorted, weights summing to 1."""

    values: tuple[float, ...]
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        values = as_floats(self.values)
        weights = as_floats(self.weights) if self.weights else np.ones(len(values))
        require(len(values) > 0, "values", "至少要有一个值。", "At least one value is needed.")
        require(bool(np.isfinite(values).all()), "values", "各值须为有限的数。", "Values must be finite.")
        require(len(weights) == len(values), "weights", "权重与值的个数须相同。", "There must be one weight a value.")
        fair = bool(np.isfinite(weights).all() and (weights >= 0.0).all() and weights.sum() > 0.0)
        require(fair, "weights", "权重须非负且不全为零。", "Weights must not be negative, nor all zero.")
        distinct, place = np.unique(values, return_inverse=True)
        mass = np.bincount(place.ravel(), weights=weights, minlength=len(distinct))
        kept = mass > 0.0
        object.__setattr__(self, "values", tuple(distinct[kept].tolist()))
        object.__setattr__(self, "weights", tuple((mass[kept] / mass.sum()).tolist()))

    def _up_to(self, x: Floats, parts: Floats) -> Floats:
        running = np.concatenate(([0.0], np.cumsum(parts)))
        return np.asarray(running[np.searchsorted(as_floats(self.values), x, side="right")])

    def _cdf(self, x: Floats) -> Floats:
        return np.minimum(self._up_to(x, as_floats(self.weights)), 1.0)

    def _survival(self, x: Floats) -> Floats:
        above = np.concatenate((np.cumsum(as_floats(self.weights)[::-1])[::-1], [0.0]))
        return np.asarray(above[np.searchsorted(as_floats(self.values), x, side="right")])

    def _quantile(self, p: Floats) -> Floats:
        place = np.searchsorted(np.cumsum(self.weights), p * (1.0 - 1e-15), side="left")
        return np.asarray(as_floats(self.values)[np.minimum(place, len(self.values) - 1)])

    def _upper_quantile(self, s: Floats) -> Floats:
        above = np.cumsum(as_floats(self.weights)[::-1])
        place = np.searchsorted(above, s * (1.0 + 1e-15), side="right")
        return np.asarray(as_floats(self.values)[::-1][np.minimum(place, len(self.values) - 1)])

    def _partial(self, x: Floats, order: int) -> Floats:
        return self._up_to(x, as_floats(self.weights) * as_floats(self.values) ** order)

    def _log_density(self, x: Floats) -> Floats:
        place = np.minimum(np.searchsorted(as_floats(self.values), x), len(self.values) - 1)
        return np.where(as_floats(self.values)[place] == x, np.log(as_floats(self.weights)[place]), -np.inf)

    def shifted(self, by: float) -> "Empirical":
        """The law of X + by."""
        return Empirical(tuple(v + by for v in self.values), self.weights)

    def truncated(self, minimum: float, maximum: float) -> "Empirical":
        """The law of X given minimum <= X <= maximum."""
        kept = [(v, w) for v, w in zip(self.values, self.weights, strict=True) if minimum <= v <= maximum]
        require(bool(kept), "maximum", "上下限之间没有值。", "No value lies between minimum and maximum.")
        return Empirical(tuple(v for v, _ in kept), tuple(w for _, w in kept))


def fixed(value: float) -> Empirical:
    """Always `value`."""
    return Empirical((value,))


@dataclass(frozen=True)
class Categorical:
    """One of the named values; a column of it holds the place of the name in `names`, from 0."""

    names: tuple[str, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        require(len(self.names) > 0, "names", "至少要有一个取值。", "At least one value is needed.")
        require(len(set(self.names)) == len(self.names), "names", "取值重复。", "A value stands twice.")
        fair = len(self.probabilities) == len(self.names) and all(0.0 <= p <= 1.0 for p in self.probabilities)
        require(fair, "probabilities", "每个取值须有 0 到 1 的概率。", "Each value needs a probability from 0 to 1.")
        total = sum(self.probabilities)
        whole = abs(total - 1.0) < 1e-9
        require(
            whole,
            "probabilities",
            f"概率之和须为 1，现为 {total:.9g}。",
            f"Probabilities must sum to 1, not {total:.9g}.",
        )

    def codes(self) -> Empirical:
        """The law of the code."""
        return Empirical(tuple(float(i) for i in range(len(self.names))), self.probabilities)
