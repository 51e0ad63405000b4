"""What experience carries from period to period: no-claim levels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from quanyu.formula import Expression, Given, WrongType, constant, evaluate, parse
from quanyu.language.programme import Programme
from quanyu.terms import Finding

__all__ = ["CompiledState", "compile_states", "levels", "next_state", "start_state"]


@dataclass(frozen=True, slots=True)
class CompiledState:
    """A state by its name: what a new risk starts from, and the rule of the next period, which reads `claims`."""

    name: str
    start: Expression
    next: Expression


def compile_states(programme: Programme) -> Mapping[str, CompiledState] | list[Finding]:
    """The states of a programme, or the findings of their expressions."""
    findings: list[Finding] = []
    states: dict[str, CompiledState] = {}
    for name, state in programme.states.items():
        start, following = (parse(source.text, source.place) for source in (state.start, state.next))
        findings += [part for part in (start, following) if isinstance(part, Finding)]
        if isinstance(start, Expression) and isinstance(following, Expression):
            states[name] = CompiledState(name, start, following)
    return findings or states


def start_state(state: CompiledState, row: Mapping[str, Given]) -> Fraction:
    """The level of a risk without history. Raises EvaluationError."""
    fixed = constant(state.start)
    return _number(evaluate(state.start, row)) if fixed is None else fixed


def next_state(state: CompiledState, row: Mapping[str, Given], claims: int) -> Fraction:
    """The level of the next period, after `claims` claims in this one; the row holds this period's level or starts.

    Raises EvaluationError.
    """
    level = row.get(state.name)
    known = {**row, "claims": claims}
    if level is None:
        known[state.name] = start_state(state, row)
    return _number(evaluate(state.next, known))


def levels(state: CompiledState, row: Mapping[str, Given], claims: Sequence[int]) -> tuple[Fraction, ...]:
    """The level of each period for the numbers of claims of the periods before: one more level than numbers."""
    given = row.get(state.name)
    level = start_state(state, row) if given is None else _number(evaluate(_own(state), row))
    found = [level]
    for count in claims:
        level = next_state(state, {**row, state.name: level}, count)
        found.append(level)
    return tuple(found)


def _own(state: CompiledState) -> Expression:
    parsed = parse(state.name)
    assert isinstance(parsed, Expression)
    return parsed


def _number(value: object) -> Fraction:
    if not isinstance(value, Fraction):
        raise WrongType(f"a state is a number, not {value!r}")
    return value
