"""What each cover pays, as `explain` says it."""

from quanyu.desk.cover_words import cover_words
from quanyu.language.load import read_programme
from quanyu.language.programme import Programme

SPOKEN = """
programme: tests.spoken
version: 2026-01-01
name: spoken
family: property
illustrative: [all]
parties:
  insurer: {kind: insurer}
  bank: {kind: bank, name: {zh: 乙银行, en: Bank B}}
insured: {unit: home, fields: {sum: money, mu: number}}
facts:
  assessed: {type: money, certified: {zh: 公估, en: the adjusters}}
  billed: {type: money, source: {zh: 医院账单, en: the hospital's bill}}
  hurt: {type: bool}
  depth: {unit: cm}
  rain: {series: day, unit: mm, station: {zh: 慈溪, en: Cixi}}
covers:
  home: {pays: "min(assessed, sum)"}
  bill: {pays: billed}
  death: {pays: 50万, when: hurt}
  flood: {pays: {by: depth, table: {"(20, 50]": 500, "(50, inf)": 1000}, else: 0, max: 800, times: mu}}
  drought: {pays: "max(0, 100 - sum(rain)) * mu"}
  spells:
    pays: {each: runs(rain >= 10), table: {"[2, 3)": 400, "[3, inf)": 800}, else: 0}
  distance: {pays: depth * 2}
combine: {max: [flood, drought]}
losses:
  - {as: joint, party: insurer, sublimits: [{as: over, covers: [bill], limit: {event: 10万}, party: bank}]}
examples: [{cover: home, env: {assessed: 1, sum: 2}, expect: 1}]
"""


def spoken() -> Programme:
    document, findings = read_programme(SPOKEN)
    assert document is not None, findings
    return document.value


def said(name: str, language: str = "en") -> list[str]:
    return [("  " * depth) + text.inside(language) for depth, text in cover_words(spoken(), name)]


def test_an_assessed_loss_a_bill_a_benefit_an_index_and_a_formula_are_told_apart() -> None:
    assert said("home") == [
        "By the assessed loss: pays min(assessed, sum)", "  assessed: money, certified: the adjusters",
    ]  # fmt: skip
    assert said("bill")[0] == "By the amount billed or booked: pays billed"
    assert said("death") == ["where hurt", "A fixed benefit: pays 500,000"]
    assert said("death", "zh") == ["条件 hurt", "固定给付：给付 50万"]
    assert said("drought")[:2] == [
        "By an index: pays max(0, 100 - sum(rain)) × mu", "  rain: a series by day, mm, Cixi",
    ]  # fmt: skip
    assert said("distance")[0] == "By a formula: pays depth × 2"


def test_a_table_is_said_row_by_row_with_what_stands_around_it() -> None:
    assert said("flood") == [
        "By a table of depth",
        "  (20, 50]: 500",
        "  (50, ∞): 1000",
        "  otherwise: 0",
        "At most 800",
        "The value of the table × mu",
        "  depth: cm",
        "Of this and drought only the highest is paid",
    ]
    assert "The table is applied to each of runs(rain ≥ 10); added up" in said("spells")


def test_a_sublimit_is_said_with_who_bears_what_exceeds_it() -> None:
    assert said("bill")[-1] == "Sub-limit 100,000 an event; what exceeds it stays with Bank B (over)"
    assert said("bill", "zh")[-1] == "分项限额 每次事故 10万，超过的归乙银行（over）"
    assert not any("Sub-limit" in line for line in said("home"))
