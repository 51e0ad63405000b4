"""Dependence, stated by pairs: a Gaussian or Student t copula.

Rank measures: rho = 2 sin(pi * spearman / 6) for the Gaussian copula (Kruskal 1958), rho = sin(pi * kendall / 2) for
both (Lindskog, McNeil, Schmock 2003). A t copula ties all its names in the extremes, those at correlation 0 too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Literal

import numpy as np

from quanyu.perils.columns import Floats
from quanyu.perils.errors import LawError, positive, require
from quanyu.perils.loaders import special
from quanyu.perils.mixed import scores
from quanyu.terms import Text

__all__ = ["Dependence", "Pair", "correlation_root"]

Pair = tuple[str, str]
_NEAREST, _FARTHEST = 2.0**-54, 0.5 - 2.0**-54
_TOLERANCE = 1e-10


def correlation_root(matrix: Floats) -> Floats:
    """The lower triangular root of a positive semidefinite matrix; a dependent row gets a zero on the diagonal."""
    size = len(matrix)
    root = np.zeros((size, size))
    for i in range(size):
        for j in range(i):
            rest = matrix[i, j] - sum(root[i, k] * root[j, k] for k in range(j))
            root[i, j] = rest / root[j, j] if root[j, j] > 0.0 else 0.0
        left = matrix[i, i] - sum(root[i, k] ** 2 for k in range(i))
        root[i, i] = np.sqrt(left) if left > _TOLERANCE else 0.0
    return root


@dataclass(frozen=True)
class Dependence:
    """Correlations of named columns or perils; pairs not named are independent.

    measure: what the numbers of `pairs` are: the correlation of the normal scores, or a rank correlation.
    df: degrees of freedom of a t copula; None for the Gaussian.
    """

    pairs: Mapping[Pair, float]
    measure: Literal["normal", "spearman", "kendall"] = "normal"
    df: float | None = None

    def __post_init__(self) -> None:
        if self.df is not None:
            positive(self.df, "df")
            fine = self.measure != "spearman"
            zh, en = "t 相依没有 spearman 的换算，写 kendall。", "A t copula takes kendall, not spearman."
            require(fine, "measure", zh, en)
        seen: set[frozenset[str]] = set()
        for (a, b), rho in self.pairs.items():
            name = f"{a}, {b}"
            require(a != b, name, "一对须是两个不同的名称。", "A pair names two different columns.")
            require(frozenset((a, b)) not in seen, name, "这一对写了两次。", "This pair stands twice.")
            require(-1.0 <= rho <= 1.0, name, "相关系数须在 -1 与 1 之间。", "A correlation lies between -1 and 1.")
            seen.add(frozenset((a, b)))
        self._check_possible()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in the order they first appear; the first keeps its own numbers."""
        return tuple(dict.fromkeys(name for pair in self.pairs for name in pair))

    @cached_property
    def matrix(self) -> Floats:
        """Correlation matrix of the normal scores, in the order of `names`."""
        matrix = np.eye(len(self.names))
        for (a, b), rho in self.pairs.items():
            i, j = self.names.index(a), self.names.index(b)
            matrix[i, j] = matrix[j, i] = self._score_correlation(rho)
        return matrix

    @cached_property
    def root(self) -> Floats:
        """Lower triangular root of `matrix`."""
        return correlation_root(self.matrix)

    def _score_correlation(self, rho: float) -> float:
        if self.measure == "spearman":
            return float(2.0 * np.sin(np.pi * rho / 6.0))
        return float(np.sin(np.pi * rho / 2.0)) if self.measure == "kendall" else rho

    def _check_possible(self) -> None:
        everything = range(len(self.names))
        if self._possible(everything):
            return
        # The smallest impossible set says most; beyond four names the search would grow without bound.
        smaller = (chosen for size in (3, 4) for chosen in combinations(everything, size))
        culprits = next((chosen for chosen in smaller if not self._possible(chosen)), tuple(everything))
        named = {self.names[i] for i in culprits}
        pairs = "; ".join(f"{a}, {b}: {r:g}" for (a, b), r in self.pairs.items() if a in named and b in named)
        zh = f"这些相关系数不能同时成立（矩阵不是半正定）：{pairs}。"
        en = f"These correlations cannot hold together (not positive semidefinite): {pairs}."
        raise LawError("pairs", Text(zh, en))

    def _possible(self, chosen: Sequence[int]) -> bool:
        part = self.matrix[np.ix_(chosen, chosen)]
        return len(part) < 3 or bool(np.linalg.eigvalsh(part)[0] >= -_TOLERANCE)

    def couple(self, columns: Mapping[str, Floats], mixing: Floats) -> dict[str, Floats]:
        """The signed uniforms of all `names`, made dependent; `mixing` is the shared one of a t copula.

        Sums run in the order of the names, element by element, so that a row's bits do not depend on its neighbours.
        """
        z = [scores(columns[name]) for name in self.names]
        scale = self._scale(mixing)
        return {name: self._signed(scale * self._row(i, z)) for i, name in enumerate(self.names)}

    def _row(self, i: int, z: Sequence[Floats]) -> Floats:
        total = self.root[i, 0] * z[0]
        for j in range(1, i + 1):
            total = total + self.root[i, j] * z[j]
        return np.asarray(total)

    def _scale(self, mixing: Floats) -> Floats | float:
        if self.df is None:
            return 1.0
        lower, upper = special("gammaincinv", 0.5 * self.df, mixing), special("gammainccinv", 0.5 * self.df, -mixing)
        return np.asarray(np.sqrt(self.df / (2.0 * np.where(mixing > 0.0, lower, upper))))

    def _signed(self, x: Floats) -> Floats:
        below = -np.abs(x)
        v = special("ndtr", below) if self.df is None else special("stdtr", self.df, below)
        v = np.clip(v, _NEAREST, _FARTHEST)
        return np.where(x < 0.0, v, -v)
