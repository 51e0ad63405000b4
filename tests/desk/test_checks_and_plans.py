"""What no plan can be made of is refused by the check first, in words and at a place."""

import pytest

from checks.checks_overlay import document
from quanyu.checks import check_programme
from quanyu.waterfall.compile import compile_flow
from quanyu.waterfall.plan import PlanRefused

LAST = "{as: last, party: city}"


@pytest.mark.parametrize(
    ("steps", "plan", "check"),
    [
        (
            ["{as: a, party: reserve, share: 50%}", "{as: b, party: reserve}", LAST],
            "account-two-givers",
            "account-two-givers",
        ),
        (["{as: a, party: insurer, share: 50%}", "{as: a, party: city}"], "label-duplicate", "label-duplicate"),
        (["{as: a, share: 50%}", LAST], "nobody", "step-without-party"),
        (
            ["{as: a, party: insurer, bands: {'(0, 5]': 80%, '(4, inf)': 10%}}", LAST],
            "table-overlap",
            "table-overlap",
        ),
        (["{as: a, party: insurer, bands: {low: 80%}}", LAST], "bands-form", "bands-form"),
        (["{as: a, party: insurer, franchise: {event: 5}}", LAST], "franchise-scope", "franchise-scope"),
        (["{as: a, party: insurer, limit: {insured: 5, event: 9}}", LAST], "scopes-not-nested", "scopes-not-nested"),
        (
            [
                "{as: a, party: insurer, limit: {event: 5}, "
                "reinstatement: {as: r, per: period, limit: 5, rates: [100%], premium: 1}}",
                LAST,
            ],
            "reinstatement-scope",
            "reinstatement-scope",
        ),
        (
            ["{as: t, tower: [{as: a, party: insurer, sublimits: [{as: s, covers: [home], limit: 5}]}]}", LAST],
            "sublimits-in-tower",
            "sublimits-in-tower",
        ),
        (["{as: a, party: insurer, limit: 5 +}", LAST], "expression-syntax", "expression-syntax"),
    ],
)
def test_refused_twice(steps: list[str], plan: str, check: str) -> None:
    overlay = "losses:\n  from:\n" + "".join(f"    - {step}\n" for step in steps) + "  to: [{as: to, party: insured}]\n"
    made = document(overlay)
    with pytest.raises(PlanRefused) as refused:
        compile_flow(made.value, "losses", "from")
    assert refused.value.code == plan
    assert check in [finding.code for finding in check_programme(made)]


def test_no_receiver_is_guessed() -> None:
    made = document("losses: [{as: a, party: insurer, share: 50%}, {as: b, party: second}]\npremium:\n  to:\n")
    with pytest.raises(PlanRefused) as refused:
        compile_flow(made.value, "premium", "to")
    assert refused.value.code == "receiver-unclear"
    assert [finding.code for finding in check_programme(made)] == ["receiver-unclear"]
