"""A step's terms, flows and senses in words."""

from collections.abc import Iterable, Iterator, Sequence

from quanyu.documents.figures import full, percent, short
from quanyu.documents.stated import Bound, FlowName, Number, Step
from quanyu.terms import Text

__all__ = ["FLOWS", "SIGNS", "amount", "numbered", "said", "terms_of"]

FLOWS: dict[FlowName, Text] = {
    "losses.from": Text("损失由谁承担", "Losses: who bears them"),
    "losses.to": Text("赔款给谁", "Losses: who is paid"),
    "premium.from": Text("保费由谁支付", "Premium: who pays it"),
    "premium.to": Text("保费归谁", "Premium: who receives it"),
    "recoveries.from": Text("追偿款来自谁", "Recoveries: who pays them"),
    "recoveries.to": Text("追偿款归谁", "Recoveries: who gets them"),
    "services.from": Text("防灾服务由谁出资", "Services: who pays for them"),
    "services.to": Text("防灾服务款归谁", "Services: who is paid"),
    "surplus.from": Text("结余来自谁", "Surplus: where it comes from"),
    "surplus.to": Text("结余归谁", "Surplus: who keeps it"),
    "gains.from": Text("收益来自谁", "Gains: where they come from"),
    "gains.to": Text("收益归谁", "Gains: who gets them"),
    "calls.from": Text("向谁追缴", "Calls: who is called"),
    "calls.to": Text("追缴款归谁", "Calls: who receives them"),
}
SIGNS = {
    "paid": Text("正数为付出", "positive = paid out by it"),
    "received": Text("正数为收入", "positive = received by it"),
    "net": Text("净结果：正数为盈，负数为亏", "net result: positive = gain, negative = loss"),
}


def amount(value: Number | None) -> Text:
    """In full, and in 万 and 亿 (m and bn) where that is shorter."""
    whole, brief = full(value), short(value)
    return Text(
        *(
            whole if b == whole else f"{whole}（{b}）" if zh else f"{whole} ({b})"
            for b, zh in ((brief.zh, True), (brief.en, False))
        )
    )


def _bound(bound: Bound) -> Text:
    words = bound.words
    if words and bound.amount is not None:
        value = full(bound.amount)
        return Text(f"{words.zh} ＝ {value}", f"{words.en} = {value}")
    return words or amount(bound.amount)


def _each(bounds: Iterable[Bound], zh: str, en: str) -> Iterator[Text]:
    for bound in bounds:
        value = _bound(bound)
        made = ("〔示意〕", " (illustrative)") if bound.illustrative else ("", "")
        words = zh.format(value.zh, bound.scope.zh).replace("） ", "）")
        yield Text(words + made[0], en.format(value.en, bound.scope.en) + made[1])


def terms_of(step: Step) -> list[Text]:
    """The terms of a step in the order they apply, one text each; a step without terms takes all that reaches it."""
    terms = (
        [Text(f"仅限：{'、'.join(c.zh for c in step.covers)}", f"only for {', '.join(c.en for c in step.covers)}")]
        if step.covers
        else []
    )
    terms += [Text(f"当 {step.when.zh}", f"when {step.when.en}")] if step.when else []
    terms += _each(step.franchise, "达到 {0} 即全额（{1}）", "in full once {0} is reached, {1}")
    terms += _each(step.attachments, "超过 {0} 的部分（{1}）", "above {0}, {1}")
    terms += _each(step.limits, "以 {0} 为限（{1}）", "up to {0}, {1}")
    for band in step.bands:
        low, high, part = full(band.low), full(band.high), percent(band.share)
        terms.append(Text(f"{low} 至 {high}：{part}", f"{low} to {high}: {part}"))
    terms += _share(step)
    terms += _each(step.caps, "最多承担 {0}（{1}）", "takes at most {0}, {1}")
    whole = Text("到此的全部进入内部各步", "all that reaches it runs through the steps inside")
    return [*terms, *step.words] or [whole if step.steps else Text("到此的全部", "all that reaches it")]


def _share(step: Step) -> list[Text]:
    if step.share_words:
        value = f" = {percent(step.share)}" if step.share is not None else ""
        return [Text(f"份额 {step.share_words.zh}{value}", f"share {step.share_words.en}{value}")]
    if step.share is not None and step.share != 1:
        return [Text(f"份额 {percent(step.share)}", f"share {percent(step.share)}")]
    return []


def said(step: Step) -> Text:
    """How a step that is no plain party's is called."""
    if step.tower:
        return Text("分层", "tower of layers")
    return Text("分组", "group")


def numbered(steps: Sequence[Step], *, depth: int = 0, start: int = 1) -> list[tuple[int, int, Step]]:
    """Number (pre-order, from 1), depth and step of a waterfall, as its pictures count them."""
    rows: list[tuple[int, int, Step]] = []
    for step in steps:
        rows.append((start + len(rows), depth, step))
        rows += numbered(step.steps, depth=depth + 1, start=start + len(rows))
    return rows
