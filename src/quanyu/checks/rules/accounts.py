"""An account gives in one step only."""

from collections.abc import Iterator

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import PlacedStep
from quanyu.terms import Finding, Text

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    accounts = inspection.programme.accounts
    giving: dict[str, PlacedStep] = {}
    receiving: dict[tuple[str, str], PlacedStep] = {}
    for placed in inspection.steps:
        account = placed.step.party
        if account is None or account not in accounts:
            continue
        if placed.side == "from" and placed.flow != "surplus":
            first = giving.setdefault(account, placed)
            if first is not placed:
                yield _twice(inspection, "account-two-givers", (first, placed))
        elif accounts[account].ceiling is not None:
            first = receiving.setdefault((placed.flow, account), placed)
            if first is not placed:
                yield _twice(inspection, "account-two-receivers", (first, placed))


def _twice(inspection: Inspection, code: str, steps: tuple[PlacedStep, PlacedStep]) -> Finding:
    first, other = steps
    gives = code == "account-two-givers"
    zh, en = ("给出", "gives") if gives else ("收进", "receives")
    return inspection.finding(
        code,
        (*other.path, "party"),
        Text(
            f"账户“{other.step.party}”已在步骤“{first.step.label}”{zh}：分两步时先后会改变结果",
            f"the account `{other.step.party}` already {en} in step `{first.step.label}`: "
            "with two steps the order of the list would decide who is paid",
        ),
        Text(
            "合成一步，用一个组或 covers 把几项并进去",
            "make one step of the two: a group before it, or several covers in it",
        ),
    )


RULE = Rule(("account-two-givers", "account-two-receivers"), _search)
