"""What a programme states beside its amounts: duties, rights and dates that move no money by themselves."""

from collections.abc import Iterator

from quanyu.desk.spelled import expression_words, joined, party_words
from quanyu.language.programme import Declarations, Duty, Programme
from quanyu.language.scalars import Duration
from quanyu.terms import Text

__all__ = ["duty_words"]

_UNITS = {
    "day": "天",
    "working day": "个工作日",
    "week": "周",
    "month": "个月",
    "year": "年",
    "hour": "小时",
    "minute": "分钟",
}
_LATE = {
    "covered": Text("照保", "it is covered all the same"),
    "refused": Text("不保", "it is not covered"),
    "pro rata": Text("按比例保", "it is covered pro rata"),
}


def duty_words(programme: Programme) -> Iterator[Text]:
    """One sentence each, in the order of the file's reference."""
    yield from _of_the_period(programme)
    if programme.insured.schedule:
        yield Text(
            f"保单附明细表：{programme.insured.schedule}", f"The policy has a schedule of {programme.insured.schedule}"
        )
    for name, part in programme.parts.items():
        covers = joined(programme.covers[c].name or Text.same(c) for c in part.covers if c in programme.covers)
        yield Text(
            f"部分 {name}（{covers.zh}）：自 {part.since.zh} 至 {part.until.zh}",
            f"Part {name} ({covers.en}): from {part.since.en} to {part.until.en}",
        )
    if programme.declarations is not None:
        yield _declared(programme.declarations)
    for name, fact in programme.facts.items():
        if fact.revision is not None:
            yield Text(f"{name}：{fact.revision.zh}", f"{name}: {fact.revision.en}")
        if fact.accumulates is not None:
            yield Text(f"{name} 在每 {fact.accumulates} 内累计", f"{name} adds up within each {fact.accumulates}")
    if programme.premium is not None and programme.premium.true_up is not None:
        true_up = programme.premium.true_up
        yield Text(
            f"保费中的 {true_up.of} 于{true_up.at.zh}按实际结算",
            f"What the premium takes from {true_up.of} is settled on what really happened, {true_up.at.en}",
        )
    for item in programme.services.items if programme.services is not None else ():
        if item.milestones:
            what, at = item.name or Text.same(item.as_), "、".join(item.milestones)
            yield Text(f"服务 {what.zh}：在 {at} 各一次", f"Service {what.en}: at {', '.join(item.milestones)}")
    yield from _duties(programme)


def _of_the_period(programme: Programme) -> Iterator[Text]:
    if programme.period.years:
        yield Text(f"一份保单 {programme.period.years} 年", f"A policy runs {programme.period.years} years")
    if programme.period.season:
        first, last = programme.period.season
        yield Text(f"每季自 {first} 至 {last}", f"A season runs from {first} to {last}")
    for name, length in programme.period.extension.items():
        yield Text(f"延长期 {name}：{_length(length)}", f"Extension {name}: {length}")
    calendar = programme.conventions.calendar
    if calendar is not None:
        yield Text(f"工作日按{calendar.zh}", f"Working days by {calendar.en}")


def _declared(declared: Declarations) -> Text:
    zh, en = (
        f"{_length(declared.due)}内申报；逾期{_LATE[declared.late].zh}",
        (f"Declared within {declared.due}; late, {_LATE[declared.late].en}"),
    )
    for source, word_zh, word_en in (
        (declared.deposit, "预付保费", "deposit premium"),
        (declared.minimum, "最低保费", "minimum premium"),
    ):
        if source is not None:
            amount = expression_words(source.text)
            zh, en = f"{zh}；{word_zh} {amount.zh}", f"{en}; {word_en} {amount.en}"
    return Text(zh, en)


def _duties(programme: Programme) -> Iterator[Text]:
    if programme.excludes:
        others = ", ".join(programme.excludes)
        yield Text(f"同一标的不得另投 {others}", f"What is covered here may not be covered by {others}")
    if programme.proceeds is not None:
        said = _duty(programme, programme.proceeds)
        yield Text(f"赔款用途：{said.zh}", f"Use of a payment: {said.en}")
    if programme.option is not None:
        said = _duty(programme, programme.option)
        yield Text(f"权利：{said.zh}", f"Right: {said.en}")


def _duty(programme: Programme, duty: Duty) -> Text:
    parts = [party_words(programme, duty.holder)] if duty.holder else []
    parts += [duty.right] if duty.right else []
    parts += [Text("、".join(duty.use), ", ".join(duty.use))] if duty.use else []
    parts += [Text(f"凭{duty.evidence.zh}", f"against {duty.evidence.en}")] if duty.evidence else []
    parts += [Text(f"{_length(duty.within)}内", f"within {duty.within}")] if duty.within else []
    return joined(parts, "，", ", ")


def _length(length: Duration) -> str:
    return f"{length.number} {_UNITS.get(length.unit, length.unit)}"
