"""The picture of a lone loss takes what the formula of a step takes."""

import math
from fractions import Fraction

import pytest

from quanyu.documents.layers import Block, layers_of
from quanyu.documents.stated import Band, Bound, Step
from quanyu.terms import Text

EVENT = Text("每次事故", "each event")


def bound(amount: float) -> tuple[Bound, ...]:
    return (Bound(scope=EVENT, amount=amount),)


def taken(blocks: tuple[Block, ...], label: str, loss: float) -> float:
    """The area of a step's blocks below a loss."""
    slabs = [s for b in blocks if b.step.label == label for s in b.slabs]
    return sum((s.right - s.left) * max(0.0, min(s.high, loss) - s.low) for s in slabs)


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (50, (50, 0, 0, 0)),
        (300, (100, 0.7 * 200, 0.3 * 200, 0)),
        (1000, (100, 0.7 * 900, 200, 70)),
        (2500, (100, 0.7 * 900, 200, 1570)),
    ],
)
def test_list_shares_as_the_fold_of_a_lone_loss(loss: float, expected: tuple[float, ...]) -> None:
    steps = (
        Step(label="deductible", taker="a", limits=bound(100)),
        Step(label="pool", taker="b", share=0.7, limits=bound(900)),
        Step(label="fund", taker="c", limits=bound(200)),
        Step(label="last", taker="d"),
    )
    blocks = layers_of(steps, {})
    got = [taken(blocks, s.label, loss) for s in steps]
    assert got == pytest.approx(expected)
    assert sum(got) == pytest.approx(loss)


def test_attachment_counts_what_reaches_the_step() -> None:
    steps = (
        Step(label="quota", taker="a", share=Fraction(1, 2)),
        Step(label="layer", taker="b", attachments=bound(100), limits=bound(50)),
        Step(label="rest", taker="c"),
    )
    blocks = layers_of(steps, {})
    assert taken(blocks, "layer", 200) == pytest.approx(0)
    assert taken(blocks, "layer", 250) == pytest.approx(25)
    assert taken(blocks, "layer", 1000) == pytest.approx(50)
    assert taken(blocks, "rest", 1000) == pytest.approx(450)


def test_tower_members_see_the_same_amount_and_nesting_gives_its_rest_to_the_party() -> None:
    tower = Step(
        label="treaty",
        tower=True,
        steps=(
            Step(label="one", taker="r", share=Fraction(4, 5), attachments=bound(20), limits=bound(30)),
            Step(label="two", taker="r", attachments=bound(50), limits=bound(50)),
        ),
    )
    steps = (Step(label="pool", taker="p", limits=bound(120), steps=(tower,)), Step(label="last", taker="c"))
    blocks = layers_of(steps, {})
    assert taken(blocks, "one", 200) == pytest.approx(24)
    assert taken(blocks, "two", 200) == pytest.approx(50)
    assert taken(blocks, "pool", 200) == pytest.approx(120 - 74)
    assert taken(blocks, "last", 200) == pytest.approx(80)
    assert [b.number for b in blocks] == [1, 3, 4, 5]


def test_a_group_hands_on_what_its_steps_leave() -> None:
    group = Step(label="group", limits=bound(100), steps=(Step(label="half", taker="a", share=0.5),))
    blocks = layers_of((group, Step(label="last", taker="b")), {})
    assert taken(blocks, "half", 300) == pytest.approx(50)
    assert taken(blocks, "last", 300) == pytest.approx(250)


def test_caps_bands_and_balances() -> None:
    steps = (
        Step(label="capped", taker="a", share=0.5, caps=bound(40)),
        Step(label="banded", taker="b", bands=(Band(low=0, high=60, share=0.5), Band(low=60, high=160, share=1))),
        Step(label="fund", taker="f"),
        Step(label="last", taker="c"),
    )
    blocks = layers_of(steps, {"f": 25})
    assert taken(blocks, "capped", 1000) == pytest.approx(40)
    assert taken(blocks, "banded", 1000) == pytest.approx(130)
    assert taken(blocks, "fund", 1000) == pytest.approx(25)
    assert taken(blocks, "last", 1000) == pytest.approx(1000 - 195)


def test_blocks_do_not_overlap() -> None:
    steps = (
        Step(label="a", taker="a", share=0.3, attachments=bound(10), limits=bound(100)),
        Step(label="b", taker="b", share=0.4, attachments=bound(5)),
        Step(label="c", taker="c"),
    )
    slabs = [s for b in layers_of(steps, {}) for s in b.slabs]
    for i, one in enumerate(slabs):
        for other in slabs[i + 1 :]:
            high = min(one.high, other.high) - max(one.low, other.low)
            wide = min(one.right, other.right) - max(one.left, other.left)
            assert high <= 1e-9 or wide <= 1e-9 or math.isnan(high)
