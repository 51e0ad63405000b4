"""The drawing that explains how towers are read."""

from quanyu.documents.drawing import Picture
from quanyu.documents.palette import Cast
from quanyu.documents.stated import Bound, Step
from quanyu.documents.tower import tower_picture
from quanyu.terms import Text

__all__ = ["legend_picture"]


def legend_picture() -> Picture:
    """A small tower of made-up terms: a deductible, a layer shared by a pool, a fund, and who bears the rest."""
    event = Text("每次事故", "each event")
    names = {
        "a": Text("自负额：先由被保险人承担", "deductible: the insured first"),
        "b": Text("共保体承担 70%", "a pool takes 70 %"),
        "c": Text("其余 30% 归下一步", "30 % flows on to the next step"),
        "d": Text("超出限额的部分由最后一步承担", "what is above the limit reaches the last step"),
    }
    hues = {"a": "stone", "b": "blue", "c": "jade", "d": "red", "m": "azure", "n": "slate", "o": "sea"}
    steps = (
        Step(label="deductible", taker="a", limits=(Bound(scope=event, amount=100),)),
        Step(label="pool", taker="b", share=0.7, limits=(Bound(scope=event, amount=900),)),
        Step(label="fund", taker="c", limits=(Bound(scope=event, amount=270),)),
        Step(label="last", taker="d"),
    )
    members = {"b": (("b", 0.5), ("m", 0.3), ("n", 0.2))}
    return tower_picture(steps, Cast(names, hues, dict(members), {}), Text("怎样读图", "How to read a tower"))
