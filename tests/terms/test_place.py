"""Places, findings and texts."""

from quanyu.terms import Finding, Place, Severity, Text, refusals


def test_a_place_reads_as_editors_write_it() -> None:
    assert str(Place("a.yaml", 3, 7, 9)) == "a.yaml:3:7"
    assert str(Place("a.xlsx", 3, 7, sheet="风险")) == "a.xlsx[风险]:3:7"


def test_a_part_of_a_place() -> None:
    assert Place("a", 3, 7, 20).within(2, 5) == Place("a", 3, 9, 12)


def test_only_errors_refuse() -> None:
    text = Text("零", "zero")
    findings = [Finding(s.value, None, text, text, s) for s in Severity]
    assert [f.code for f in refusals(findings)] == ["error"]


def test_a_text_is_chosen_by_language() -> None:
    text = Text("共保体", "pool")
    assert (text.inside("zh"), text.inside("en"), str(text)) == ("共保体", "pool", "pool")
    assert Text.same("PICC") == Text("PICC", "PICC")
