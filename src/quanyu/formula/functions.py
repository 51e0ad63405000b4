"""The words of the language: its functions and its reserved words."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quanyu.terms import Text

__all__ = ["FUNCTIONS", "RESERVED", "Function"]

RESERVED = frozenset({"if", "and", "or", "not", "in", "true", "false", "inf"})
"""Words that no name may be; function names are free, for a function stands directly before `(`."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function: how it is written, what it gives, and how many arguments it takes (`most` None: any number)."""

    form: str
    about: Text
    least: int
    most: int | None


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "if": Function(
            "if(condition, a, b)",
            Text(
                "条件成立取 a，否则取 b；不取的一支不计算",
                "a where the condition holds, else b; the branch not taken is not read",
            ),
            3,
            3,
        ),
        "min": Function("min(a, b, …), min(series)", Text("最小者", "the smallest"), 1, None),
        "max": Function("max(a, b, …), max(series)", Text("最大者", "the largest"), 1, None),
        "abs": Function("abs(x)", Text("绝对值", "the absolute value"), 1, 1),
        "clip": Function("clip(x, low, high)", Text("限制在 low 与 high 之间", "x held between low and high"), 3, 3),
        "round": Function(
            "round(x), round(x, step)",
            Text("四舍五入到 step 的整倍数(缺省为 1)", "x to the nearest multiple of step (1), halves away from zero"),
            1,
            2,
        ),
        "sum": Function("sum(series)", Text("合计", "the sum"), 1, 1),
        "mean": Function("mean(series)", Text("平均", "the mean"), 1, 1),
        "count": Function("count(flags)", Text("成立的个数", "how many hold"), 1, 1),
        "longest_run": Function(
            "longest_run(flags)", Text("最长的连续成立个数", "the length of the longest unbroken run"), 1, 1
        ),
        "runs": Function("runs(flags)", Text("各段连续成立的长度", "the lengths of all unbroken runs"), 1, 1),
        "first": Function("first(series)", Text("第一个", "the first element"), 1, 1),
        "last": Function("last(series)", Text("最后一个", "the last element"), 1, 1),
        "length": Function("length(series)", Text("个数", "how many elements"), 1, 1),
        "during": Function(
            "during(series, '[06-08, 07-05]')",
            Text("日期在时窗内的各项", "the elements whose dates lie in the window"),
            2,
            2,
        ),
        "rolling": Function(
            "rolling(series, n)", Text("每连续 n 项之和", "sums of every n consecutive elements"), 2, 2
        ),
    }
)
"""Every function by its name."""
