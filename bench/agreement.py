"""Holds a subject's answers against known values, each within the error that is stated for it. Pure functions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Answers = Mapping[str, Mapping[str, float]]
MOST_STANDARD_ERRORS = 4.0
TOLERANCE = 1e-3  # relative, for an exact answer that states no bound of its own
ROUNDING = 1e-9
SMALLEST = 1e-300  # so that a known 0 can be met exactly


@dataclass(frozen=True)
class Known:
    """A value, the error it has itself, and the standard error that one simulated year has about it."""

    value: float
    error: float
    spread: float = 0.0


Reference = Mapping[str, Mapping[str, Known]]


def gap(answer: float, known: Known) -> float:
    """Distance of an answer from the known value, infinite for one that is no finite number."""
    return abs(answer - known.value) if math.isfinite(answer) else math.inf


def standard_errors(answer: float, known: Known, *, years: int) -> float:
    """Distance in standard errors of `years` simulated years; a value without spread must be met but for its error."""
    distance = gap(answer, known)
    if distance <= known.error + ROUNDING * abs(known.value):
        return 0.0
    error = math.hypot(known.spread / math.sqrt(years), known.error)
    return distance / error if known.spread > 0 else math.inf


def printable(distance: float) -> float | None:
    """Three significant digits; None for infinity, which JSON does not have."""
    return float(f"{distance:.3g}") if math.isfinite(distance) else None


def missing(answers: Answers, reference: Reference) -> list[str]:
    """Names of the known values that were not answered."""
    wanted = [(party, statistic) for party in reference for statistic in reference[party]]
    return [f"{party} {statistic}" for party, statistic in wanted if statistic not in answers.get(party, {})]


def simulated(answers: Answers, reference: Reference, *, years: int) -> dict[str, Any]:
    """Whether every known value is met within four standard errors, and the worst of them."""
    absent = missing(answers, reference)
    if absent:
        return {"agrees": False, "missing": absent}
    distances = {
        f"{party} {statistic}": standard_errors(answers[party][statistic], known, years=years)
        for party, statistics in reference.items()
        for statistic, known in statistics.items()
    }
    worst = max(distances, key=lambda name: distances[name])
    return {
        "agrees": distances[worst] <= MOST_STANDARD_ERRORS,
        "compared": len(distances),
        "worst": worst,
        "standard_errors": printable(distances[worst]),
    }


def exact(answers: Answers, reference: Reference, *, bounds: Answers | None) -> dict[str, Any]:
    """Whether every known value is met within the subject's own bound, or one in a thousand where it states none."""
    absent = missing(answers, reference)
    if absent:
        return {"agrees": False, "missing": absent}
    ratios: dict[str, float] = {}
    relative: dict[str, float] = {}
    for party, statistics in reference.items():
        for statistic, known in statistics.items():
            name = f"{party} {statistic}"
            distance = gap(answers[party][statistic], known)
            own = bounds[party][statistic] if bounds else TOLERANCE * abs(known.value)
            allowed = own + known.error + ROUNDING * abs(known.value)
            ratios[name] = distance / max(allowed, SMALLEST)
            relative[name] = distance / abs(known.value) if known.value else distance
    worst = max(ratios, key=lambda name: ratios[name])
    return {
        "agrees": ratios[worst] <= 1.0,
        "compared": len(ratios),
        "within": "its own bounds" if bounds else f"{TOLERANCE:.1%}",
        "worst": worst,
        "relative_error": printable(relative[worst]),
    }


def premiums(fen: Sequence[int], expected: Sequence[int]) -> dict[str, Any]:
    """Whether every premium equals the expected one to the fen; a sample is held against the first premiums."""
    if not fen or len(fen) > len(expected):
        return {"agrees": False, "compared": 0, "missing": [f"{len(fen)} premiums for {len(expected)} risks"]}
    differences = [abs(one - other) for one, other in zip(fen, expected, strict=False)]
    different = sum(1 for difference in differences if difference)
    return {"agrees": not different, "compared": len(fen), "different": different, "largest_fen": max(differences)}


def as_reference(answers: Answers, reference: Reference, *, years: int, bounds: Answers | None) -> Reference:
    """A subject's own answers as the known values for another: with its bounds, or its standard errors."""
    return {
        party: {
            statistic: Known(
                answers[party][statistic],
                bounds[party][statistic] if bounds else known.spread / math.sqrt(years),
                known.spread,
            )
            for statistic, known in statistics.items()
        }
        for party, statistics in reference.items()
    }
