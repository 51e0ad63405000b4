"""What the insured is told of a programme is their own cover, never what insurers cede."""

from pathlib import Path

import pytest

from quanyu.desk.insured_words import insured_cover, insured_terms, named_words
from quanyu.language.load import load_programme, read_programme
from quanyu.language.programme import Programme

POOL = Path(__file__).parents[2] / "programmes/shanghai/ic-pool/2021-10-01.yaml"
OTHERS = sorted((Path(__file__).parents[2] / "programmes").rglob("*.yaml"))


def opened(path: Path) -> Programme:
    document, findings = load_programme(path)
    assert document is not None, findings
    return document.value


def test_the_pools_reinsurance_is_not_the_insureds_business() -> None:
    said = list(insured_terms(opened(POOL)))
    assert [line.zh for line in said] == [
        "被保险人自担：每案以 500万与5% × 损失金额中较高者 为限",
        "集成电路共保体赔付：每被保险人每次事故以 保险金额 为限",
        "其余损失由被保险人自担",
    ]
    assert said[0].en == "Borne by the insured: at most the higher of 5,000,000 and 5% × the loss each claim"
    assert said[1].en == "Paid by The pool: at most sum insured each insured and event"


def test_a_cover_is_told_in_words() -> None:
    said = list(insured_cover(opened(POOL), "property"))
    assert [line.zh for line in said] == ["给付核定损失与保险金额中较低者", "以公估报告为准"]
    assert said[0].en == "Pays the lower of the assessed loss and sum insured"


def test_reinsurers_without_a_pool_before_them_are_not_told_either() -> None:
    text = POOL.read_text("utf-8")
    at, end = text.index("losses:\n"), text.index("premium:\n", text.index("losses:\n"))
    flow = """losses:
  from:
    - {as: own-share, party: treaty, share: "if(sum > 0, 20%, 0)"}
    - {as: whole, party: members, limit: {event: 1亿, claim: 2000万}, share: 90%, when: protection != 'weak'}
    - {as: kept, party: insured}
  to: [{as: fab, party: insured}]
"""
    document, findings = read_programme(text[:at] + flow + text[end:], "test.yaml")
    assert document is not None, findings
    assert [line.zh for line in insured_terms(document.value)] == [
        "集成电路共保体赔付：条件：风控等级 ≠ 'weak'，每案以 2000万 为限，比例 90%",
        "其余损失由被保险人自担",
    ]


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_programme_has_words_for_all_its_covers(path: Path) -> None:
    if "\nprogramme:" not in "\n" + path.read_text("utf-8"):
        pytest.skip("no programme")
    programme = opened(path)
    for name in programme.covers:
        assert list(insured_cover(programme, name))
    reinsurers = [p.name for p in programme.parties.values() if p.kind == "reinsurer" and p.name is not None]
    told = "\n".join(line.zh for line in insured_terms(programme))
    assert not [one.zh for one in reinsurers if one.zh in told]


def test_an_expression_names_what_it_reads() -> None:
    programme = opened(POOL)
    assert named_words(programme, "if(sum > 0, (assessed + 1万) * 50%, 0)").en == (
        "if(sum insured > 0, (the assessed loss + 10,000) × 50%, 0)"
    )
