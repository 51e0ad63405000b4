"""What YAML once made of other things than were meant: each is what it says, or a finding."""

import pytest

from checks.checks_overlay import codes, said
from quanyu.language.yaml import read_bytes

TO = "  to: [{as: paid-to, party: insured}]\n"


def losses(term: str) -> str:
    return f"losses:\n  from:\n    - {{as: relief, party: insurer, {term}}}\n    - {{as: last, party: city}}\n{TO}"


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ('limit: "max(500, 10% * amount)"', []),
        ("limit: 30万", []),
        ("limit: 010", ["expression-syntax"]),
        ("limit: 12:30:00", ["expression-syntax"]),
        ("limit: 1e6", ["expression-syntax"]),
        ("limit: .nan", ["expression-syntax"]),
        ("limit: 0x10", ["expression-syntax"]),
        ("limit: yes", ["unknown-name"]),
    ],
)
def test_a_scalar_means_what_its_key_says(term: str, expected: list[str]) -> None:
    assert codes(losses(term)) == expected


@pytest.mark.parametrize("term", ["limit: 300,000", "limit: max(500, 10% * amount)", "limit： 500"])
def test_a_comma_that_cuts_a_value_is_told_when_the_file_is_read(term: str) -> None:
    _, findings = read_bytes(losses(term).encode(), "x.yaml")
    assert {f.code for f in findings} == {"unquoted-comma"}


@pytest.mark.parametrize("term", ["limit: 300，000", "limit: “500”", "limit: 20％ * amount"])
def test_full_width_signs_in_expressions_are_named(term: str) -> None:
    found = said(losses(term))
    assert found
    assert all(f.place is not None and f.remedy.zh for f in found)


def test_no_and_on_are_names_and_texts() -> None:
    assert codes("insured: {fields: {kind: ['no', 'yes', 'on']}}\n") == []
    assert codes("parties: {on: {kind: insurer}, no: {kind: insurer}}\n") == []
