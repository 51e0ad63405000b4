"""The technical price beside the charged premium."""

from typing import TYPE_CHECKING

from quanyu.desk.cautions import rests_on
from quanyu.desk.open import Opened
from quanyu.desk.pages.results import estimate, losses_of
from quanyu.desk.pages.words import party_words
from quanyu.desk.sourced import sourcing_of
from quanyu.documents import Estimate, PriceLine, TechnicalPrice
from quanyu.terms import Text

if TYPE_CHECKING:
    from quanyu.desk.simulate import Simulated

__all__ = ["price_of"]

_NAMES = {
    "acquisition": Text("获取费用", "Acquisition"),
    "administration": Text("管理费用", "Administration"),
    "survey": Text("查勘费用", "Survey"),
    "risk_survey": Text("风险查勘", "Risk survey"),
    "operation": Text("运营费用", "Operation"),
}


def price_of(simulated: "Simulated", opened: Opened) -> TechnicalPrice | None:
    """Expected loss + risk load + expenses + tax, each with how it came about, and whether its rate has a source."""
    price = simulated.price
    if price is None:
        return None
    programme = opened.programme
    sourcing = sourcing_of(opened)

    def made_up(*path: str) -> bool:
        return sourcing.illustrative("assumptions", "pricing", *path)

    borne = losses_of(simulated, price.party)
    error = borne.mean_error if borne is not None else None
    lines = [
        PriceLine(label=Text("预期损失", "Expected loss"), amount=estimate(price.expected_loss.amount, error),
                  how=price.expected_loss.how),
        PriceLine(label=Text("风险附加", "Risk load"), amount=estimate(price.risk_load.amount, price.load_error),
                  how=price.risk_load.how, illustrative=made_up("risk_load")),
        *(
            PriceLine(label=_NAMES.get(e.name, Text.same(e.name)), amount=Estimate(e.amount), how=e.how,
                      illustrative=made_up("expenses", e.name))
            for e in price.expenses
        ),
    ]  # fmt: skip
    if price.tax.amount:
        lines.append(PriceLine(label=Text("税", "Tax"), amount=Estimate(price.tax.amount), how=price.tax.how,
                               illustrative=made_up("tax")))  # fmt: skip
    ratio = None
    if price.loss_ratio is not None:
        ratio = Estimate(price.loss_ratio, error / price.charged if error and price.charged else None)
    return TechnicalPrice(
        lines=tuple(lines),
        technical=estimate(price.technical, price.error),
        charged=price.charged,
        loss_ratio=ratio,
        for_whom=party_words(programme, price.party),
        notes=(
            Text(
                "所收保费是这一方在一个期间内实际收到的部分。",
                "The charged premium is what this party really receives in a period.",
            ),
            *rests_on(opened),
        ),
    )
