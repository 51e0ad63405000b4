"""The programme of tasks t1, t1-memory, resplit and t3: Poisson times lognormal, a quota share, four layers, a pool.

Amounts are plain money units. The quota share takes its part of every loss from the ground; the layers act on what is
left of each loss; the pool's members share what the layers leave of the year.
"""

import math
from dataclasses import dataclass, replace

LEVEL = 0.995
MEMBERS = 21
STATISTICS = ("mean", "sd", "var", "tvar")


@dataclass(frozen=True)
class Layer:
    """`limit` above `attachment` of one loss; a year pays at most `year_limit` above `year_deductible`."""

    name: str
    limit: float
    attachment: float
    year_limit: float
    year_deductible: float = 0.0
    reinstatement_rates: tuple[float, ...] = ()
    premium: float = 0.0


@dataclass(frozen=True)
class Terms:
    """Frequency, severity and cover of the whole programme."""

    rate: float
    log_mean: float
    log_sd: float
    ceded: float
    layers: tuple[Layer, ...]

    @property
    def loss_mean(self) -> float:
        """Expected single loss."""
        return math.exp(self.log_mean + self.log_sd**2 / 2)

    @property
    def retained_log_mean(self) -> float:
        """Logarithmic mean of a loss after the quota share."""
        return self.log_mean + math.log1p(-self.ceded)


TERMS = Terms(
    rate=5.0,
    log_mean=11.5,
    log_sd=1.5,
    ceded=0.30,
    layers=(
        Layer("L1", 500_000, 500_000, 1_500_000, 500_000, (1.0, 1.0), 150_000),
        Layer("L2", 1_000_000, 1_000_000, 2_000_000),
        Layer("L3", 3_000_000, 2_000_000, 6_000_000),
        Layer("L4", 10_000_000, 5_000_000, 10_000_000),
    ),
)

# The changed terms of task resplit: a smaller quota share, a lower second year limit, a shorter top layer.
CHANGED = replace(
    TERMS,
    ceded=0.25,
    layers=(
        TERMS.layers[0],
        replace(TERMS.layers[1], year_limit=1_000_000),
        TERMS.layers[2],
        replace(TERMS.layers[3], limit=8_000_000, year_limit=8_000_000),
    ),
)


def member_shares() -> dict[str, float]:
    """Share of each pool member, M01 to M21: k / (1 + 2 + ... + 21)."""
    total = MEMBERS * (MEMBERS + 1) // 2
    return {f"M{k:02d}": k / total for k in range(1, MEMBERS + 1)}


def with_members(answers: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Add the members' statistics to those of `net`: all four are positively homogeneous, so a share scales them."""
    net = answers["net"]
    return answers | {
        name: {statistic: share * value for statistic, value in net.items()} for name, share in member_shares().items()
    }


def parties(terms: Terms) -> tuple[str, ...]:
    """Names of all accounts an answer to t1 must hold."""
    reinstated = tuple(f"reinstatement {layer.name}" for layer in terms.layers if layer.reinstatement_rates)
    return ("gross", "quota share", *(layer.name for layer in terms.layers), *reinstated, "net", *member_shares())
