import numpy as np
import pytest
from scipy import stats

from quanyu.perils import generator
from quanyu.perils.columns import Words

YEARS = 200_000
ALONE = np.arange(YEARS + 1, dtype=np.int64)


def numbers(seed: int, text: str = "flood/severity", *, each: int = 1) -> Words:
    return generator.counters(generator.base_of(seed, text), 0, ALONE[: YEARS // each + 1] * each)


def test_a_stream_is_fixed_by_its_name() -> None:
    """The bits are part of the promise: a change here changes every stored result."""
    assert generator.stream("typhoon/severity") == 0xF60494574B18E341
    first = generator.counters(generator.base_of(2026, "typhoon/severity"), 0, np.array([0, 2, 3]))
    assert [hex(v) for v in first.tolist()] == ["0x96b0346090ab6efa", "0xa93b49ee1567493", "0x3921933b5eef3594"]


def test_plain_arithmetic_gives_the_same_numbers() -> None:
    """The definition in whole numbers of any size, year 7, places 1 to 3."""
    word, gamma = (1 << 64) - 1, 0x9E3779B97F4A7C15

    def mix(z: int) -> int:
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & word
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & word
        return z ^ z >> 31

    base = mix(mix(3 + gamma & word) ^ generator.stream("a/b"))
    key = mix(base + 8 * gamma & word)
    drawn = generator.counters(generator.base_of(3, "a/b"), 7, np.array([0, 3]))
    assert drawn.tolist() == [mix(key + j * gamma & word) for j in (1, 2, 3)]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("each", [1, 5])
def test_uniform(seed: int, each: int) -> None:
    u = generator.uniforms(numbers(seed, each=each))
    assert stats.kstest(u, "uniform").pvalue > 1e-4
    counts = np.bincount((u * 1000).astype(int), minlength=1000)
    assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_neighbours_are_independent(seed: int) -> None:
    """Places of a year, consecutive years, two streams and two seeds: chi-square on a grid of 30 by 30."""
    one, inside = generator.uniforms(numbers(seed)), generator.uniforms(numbers(seed, each=2))
    other, next_seed = generator.uniforms(numbers(seed, "flood/count")), generator.uniforms(numbers(seed + 1))
    for x, y in ((one[:-1], one[1:]), (inside[::2], inside[1::2]), (one, other), (one, next_seed)):
        cells = np.bincount((x * 30).astype(int) * 30 + (y * 30).astype(int), minlength=900)
        assert stats.chisquare(cells).pvalue > 1e-4


def test_every_bit_is_fair() -> None:
    r = numbers(11)
    for bit in range(64):
        ones = int(((r >> np.uint64(bit)) & np.uint64(1)).sum())
        assert abs(ones - YEARS / 2) < 4.5 * np.sqrt(YEARS) / 2


def test_balanced_and_signed_are_one_uniform() -> None:
    r = numbers(5)
    v = generator.signed(r)
    u = np.where(v > 0.0, v, 1.0 + v)
    np.testing.assert_allclose(generator.balanced(r) * 2.0**-64, u, atol=2.0**-52)
    assert np.abs(v).min() >= 2.0**-54
    assert np.abs(v).max() < 0.5
    assert stats.kstest(u, "uniform").pvalue > 1e-4


def test_seeds_have_64_bits() -> None:
    with pytest.raises(ValueError, match="seed"):
        generator.base_of(1 << 64, "a")
    with pytest.raises(ValueError, match="seed"):
        generator.base_of(-1, "a")
