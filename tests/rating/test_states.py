"""No-claim levels from period to period."""

from fractions import Fraction

import pytest

from quanyu.formula import MissingName
from quanyu.rating import compile_states, levels, next_state, quote_row, start_state
from quanyu.rating.states import CompiledState
from rating.programmes import rated, read

NCD = "{ncd: {start: 0, next: 'if(claims == 0, max(-4, ncd - 1), min(5, ncd + claims))'}}"
# Ten levels of the no-claim factor of Chinese motor insurance, 0.5 at -4 to 2.0 at +5.
FACTORS = (
    "{base: 1000, factors: {ncd: {by: ncd, table: {'-4': 0.5, '-3': 0.6, '-2': 0.7, '-1': 0.8, '0': 1.0, "
    "'1': 1.2, '2': 1.4, '3': 1.6, '4': 1.8, '5': 2.0}}}}"
)


def ncd() -> CompiledState:
    states = compile_states(read(None, states=NCD))
    assert not isinstance(states, list)
    return states["ncd"]


@pytest.mark.parametrize(
    ("level", "claims", "following"), [(0, 0, -1), (-4, 0, -4), (-4, 1, -3), (0, 2, 2), (4, 3, 5), (5, 0, 4)]
)
def test_one_period(level: int, claims: int, following: int) -> None:
    assert next_state(ncd(), {"ncd": level}, claims) == following


def test_a_new_risk_starts() -> None:
    assert start_state(ncd(), {}) == 0
    assert next_state(ncd(), {}, 0) == -1


def test_levels_and_premiums_over_the_years() -> None:
    found = levels(ncd(), {}, [0, 0, 1, 0, 0, 0, 0, 2])
    assert list(map(int, found)) == [0, -1, -2, -1, -2, -3, -4, -4, -2]
    rating = rated(FACTORS, states=NCD)
    premiums = [quote_row(rating, {"ncd": level}).premium for level in found]
    assert premiums == [1000, 800, 700, 800, 700, 600, 500, 500, 700]


def test_a_quote_without_history_is_that_of_the_start() -> None:
    rating = rated(FACTORS, states=NCD)
    assert quote_row(rating, {}).premium == quote_row(rating, {"ncd": 0}).premium == 1000


def test_a_state_may_read_fields() -> None:
    states = compile_states(read(None, states="{level: {start: age / 10, next: level + age * claims}}"))
    assert not isinstance(states, list)
    assert list(map(int, levels(states["level"], {"age": 20}, [1, 2]))) == [2, 22, 62]
    assert levels(states["level"], {"age": 20, "level": Fraction(1, 2)}, [1]) == (Fraction(1, 2), Fraction(41, 2))
    with pytest.raises(MissingName):
        start_state(states["level"], {})


def test_faults_of_states_are_findings() -> None:
    found = compile_states(read(None, states="{level: {start: 1 +, next: level +}}"))
    assert isinstance(found, list)
    assert [finding.code for finding in found] == ["expression-syntax", "expression-syntax"]
