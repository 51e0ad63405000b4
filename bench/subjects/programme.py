"""The programme of t1, resplit and t3 as our subjects read it, and which of its accounts are asked for."""

from pathlib import Path
from typing import Any

from bench.collective import LEVEL, with_members

PROGRAMME = Path(__file__).resolve().parent.parent / "programmes" / "collective.yaml"
CHANGES = {
    "losses.quota-share.share": "25%",
    "losses.L2.limit.period": "100万",
    "losses.L4.limit": "{claim: 800万, period: 800万}",
}
STEPS = {"quota share": "quota-share", "L1": "net/L1", "L2": "net/L2", "L3": "net/L3", "L4": "net/L4"}


def start() -> None:
    """What the product loads once and at first use: its own rooms, SciPy's functions, the grammar of expressions."""
    import scipy.special  # noqa: F401  (loading it is the purpose)

    import quanyu.engine.annual
    import quanyu.engine.assumed
    import quanyu.engine.premium_flow
    import quanyu.language.load  # noqa: F401  (loading it is the purpose)
    from quanyu.formula import parse

    parse("a + 1")


def read() -> Any:
    """The file as a document."""
    from quanyu.language.load import load_programme

    document, findings = load_programme(PROGRAMME)
    if document is None:
        raise SystemExit(str(findings))
    return document


def ready(document: Any) -> Any:
    """The programme ready to be simulated."""
    from quanyu.engine import compile_programme
    from quanyu.engine.annual import build_annual
    from quanyu.engine.assumed import assume
    from quanyu.engine.premium_flow import split_premium

    compiled = compile_programme(document.value)
    drawn = assume(compiled)
    return build_annual(compiled, drawn, split_premium(compiled, drawn.exposure))


def accounts(annual: Any) -> dict[str, Any]:
    """The columns of the accounts of t1 by name, each of the 21 members with its own."""
    from quanyu.simulation import ledger
    from quanyu.waterfall.kernel_program import Output

    def figure(path: str, measure: str, part: str = "") -> tuple[tuple[int, float], ...]:
        place = annual.program.outputs[Output("losses", "from", path, measure, part)]
        return ((place.column, place.scale),)

    columns = {"gross": figure("", "amount")}
    columns |= {name: figure(path, "take") for name, path in STEPS.items()}
    columns["reinstatement L1"] = figure("net/L1", "charge", "reinstatement-L1")
    columns["net"] = figure("net", "kept")
    members = {e.party: e.terms for e in ledger(annual) if e.kind == "losses" and e.party.startswith("M")}
    return columns | {name: members[name] for name in with_members({"net": {}}) if name in members}


def answers(names: list[str], figures: Any) -> dict[str, dict[str, float]]:
    """Mean, deviation, VaR and TVaR of each account."""
    found = {}
    for name, one in zip(names, figures, strict=True):
        tail = next(t for t in one.tails if t.level == LEVEL)
        found[name] = {"mean": one.mean, "sd": one.sd, "var": tail.var, "tvar": tail.tvar}
    return found
