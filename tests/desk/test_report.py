"""The chain from files to one report: its summary says of every programme what goes together."""

from pathlib import Path

import pytest

from quanyu.desk.report import Chain, run_chain, write_chain

PROGRAMMES = Path(__file__).resolve().parents[2] / "programmes"


@pytest.fixture(scope="module")
def chain() -> Chain:
    paths = [PROGRAMMES / "nanning/liangqing-hog-futures", PROGRAMMES / "ningbo/public-catastrophe"]
    return run_chain(paths, years=1200, seed=3, threads=1, clock=lambda: 0.0, tell=lambda *_: None)


def test_premium_loss_and_ratio_are_those_of_one_party(chain: Chain) -> None:
    assert [link.version for link in chain.links] == ["2023-01-01", "2016-01-01", "2021-01-01"]
    for link in chain.links:
        assert link.premium is not None
        assert link.expected_loss is not None
        assert link.loss_error > 0
        assert link.loss_ratio == pytest.approx(link.expected_loss / link.premium)


def test_charged_is_what_the_pricing_party_receives(chain: Chain) -> None:
    """Of 888,800 four fifths buy the option; of 41 million a fifth goes to the reserve."""
    assert [link.premium for link in chain.links] == pytest.approx([177_760, 57_000_000, 32_800_000])


def test_the_index_tells_the_charged_premium_from_the_whole(chain: Chain, tmp_path: Path) -> None:
    text = write_chain(chain, tmp_path / "report.html", made="2026-01-01").read_text("utf-8")
    index = text[text.index('id="index"') : text.index('id="nanning.liangqing-hog-futures"')]
    assert "888,800" in index
    assert "of which charged" in index
    assert "177,760" in index
    assert "32,800,000" in index


def test_examples_and_cases_are_counted(chain: Chain) -> None:
    assert not chain.failed
    assert [(link.examples, link.cases) for link in chain.links] == [
        ((8, 8), (2, 2)),
        ((14, 14), (2, 2)),
        ((7, 7), (1, 1)),
    ]
