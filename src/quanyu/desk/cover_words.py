"""What each cover pays, in words."""

from collections.abc import Iterator

from quanyu.desk.spelled import expression_words
from quanyu.formula import Expression, constant, names, parse
from quanyu.language.flows import Step, Sublimit
from quanyu.language.parts import Cover, Fact, Pays
from quanyu.language.programme import Programme
from quanyu.language.scalars import Source, Table
from quanyu.terms import Text

__all__ = ["around_the_table", "beside", "cover_words", "facts_read", "paid_by_expression", "table_rows"]

_TYPES = {
    "money": Text("金额", "money"),
    "share": Text("比例", "a share"),
    "bool": Text("是或否", "yes or no"),
    "date": Text("日期", "a date"),
    "int": Text("整数", "a whole number"),
}
_SERIES = {
    "hour": Text("逐小时序列", "a series by hour"),
    "day": Text("逐日序列", "a series by day"),
    "week": Text("逐周序列", "a series by week"),
    "month": Text("逐月序列", "a series by month"),
}
_SCOPES = {
    "claim": Text("每案", "a claim"),
    "event": Text("每次事故", "an event"),
    "insured": Text("每被保险人每期", "an insured and period"),
    "policy": Text("每保单", "a policy"),
    "period": Text("每期", "a period"),
    "term": Text("全期", "the whole term"),
}

_NOTHING = Text.same("")


def cover_words(programme: Programme, name: str) -> Iterator[tuple[int, Text]]:
    """What a cover pays and when, one line each with its depth below the cover's own; a table row by row."""
    cover = programme.covers[name]
    if cover.when is not None:
        when = expression_words(cover.when.text)
        yield 0, Text(f"条件 {when.zh}", f"where {when.en}")
    if isinstance(cover.pays, Pays):
        yield from _by_table(cover.pays)
    else:
        yield 0, paid_by_expression(programme, cover.pays)
    for fact in facts_read(programme, cover):
        yield 1, _fact(fact, programme.facts[fact])
    for step in _steps(programme):
        yield from ((0, _beyond(programme, one)) for one in step.sublimits if name in one.covers)
    yield from ((0, text) for text in beside(programme, name))


def paid_by_expression(programme: Programme, pays: Source) -> Text:
    """What is paid by an expression: a fixed benefit, an index, an assessed loss, a bill, a function."""
    amount, parsed = expression_words(pays.text), parse(pays.text, pays.place)
    kind = _kind(programme, parsed) if isinstance(parsed, Expression) else None
    if kind is None:
        return Text(f"给付 {amount.zh}", f"Pays {amount.en}")
    return Text(f"{kind.zh}：给付 {amount.zh}", f"{kind.en}: pays {amount.en}")


def _kind(programme: Programme, pays: Expression) -> Text:
    if constant(pays) is not None:
        return Text("固定给付", "A fixed benefit")
    facts = [programme.facts[n] for n in names(pays) if n in programme.facts]
    if any(f.series is not None or f.of is not None for f in facts):
        return Text("按指数", "By an index")
    amounts = [f for f in facts if f.type is not None and f.type.kind == "money"]
    if any(f.certified is not None for f in amounts):
        return Text("按核定损失", "By the assessed loss")
    if amounts:
        return Text("按账单或账载金额", "By the amount billed or booked")
    return Text("按公式", "By a formula")


def _by_table(pays: Pays) -> Iterator[tuple[int, Text]]:
    keys = [expression_words(s.text) for s in pays.by]
    of = Text("、".join(k.zh for k in keys), " and ".join(k.en for k in keys))
    yield 0, Text(f"按 {of.zh} 查表", f"By a table of {of.en}") if keys else Text("按表", "By a table")
    yield from ((1, row) for row in table_rows(pays.table))
    if pays.otherwise is not None:
        value = expression_words(pays.otherwise.text)
        yield 1, Text(f"其他：{value.zh}", f"otherwise: {value.en}")
    yield from ((0, text) for text in around_the_table(pays))


def around_the_table(pays: Pays) -> Iterator[Text]:
    """What happens around the table, in the order in which it happens."""
    if pays.each is not None:
        each = expression_words(pays.each.text)
        yield Text(f"{each.zh} 的每一项各查一次表，再相加", f"The table is applied to each of {each.en}; added up")
    if pays.days is not None:
        within = {"max": Text("取最高一次", "the highest"), "sum": Text("相加", "the sum"),
                  "first": Text("取第一次", "the first")}[pays.within]  # fmt: skip
        windows = ", ".join(pays.windows)
        yield Text(
            f"逐日（{pays.days}）查表；每一窗口 {windows} 内{within.zh}，各窗口相加",
            f"Day by day ({pays.days}); within each window {windows} {within.en}, windows added up",
        )
    for bound, zh, en in ((pays.min, "至少", "At least"), (pays.max, "至多", "At most")):
        if bound is not None:
            value = expression_words(bound.text)
            yield Text(f"{zh} {value.zh}", f"{en} {value.en}")
    if pays.times is not None:
        times = expression_words(pays.times.text)
        yield Text(f"表中的值 × {times.zh}", f"The value of the table × {times.en}")


def table_rows(table: Table, before: Text = _NOTHING) -> Iterator[Text]:
    """A table row by row, each with the keys that lead to it."""
    for key, leaf in table.rows:
        shown = Text("其他", "otherwise") if key.otherwise else Text.same(str(key).replace("inf", "∞"))
        here = Text(f"{before.zh}{shown.zh}", f"{before.en}{shown.en}")
        if isinstance(leaf, Table):
            yield from table_rows(leaf, Text(f"{here.zh}，", f"{here.en}, "))
        else:
            value = expression_words(leaf.text)
            yield Text(f"{here.zh}：{value.zh}", f"{here.en}: {value.en}")


def facts_read(programme: Programme, cover: Cover) -> Iterator[str]:
    """The facts that the amount is read from, each once, as written."""
    read = (
        (*cover.pays.by, cover.pays.each, cover.pays.times, cover.pays.min, cover.pays.max)
        if isinstance(cover.pays, Pays)
        else (cover.pays,)
    )
    texts = [s.text for s in read if s is not None]
    days = cover.pays.days if isinstance(cover.pays, Pays) else None
    found = [days] if days is not None else []
    for text in texts:
        parsed = parse(text)
        found += names(parsed) if isinstance(parsed, Expression) else ()
    yield from dict.fromkeys(n for n in found if n in programme.facts)


def _fact(name: str, fact: Fact) -> Text:
    parts = [_SERIES[fact.series]] if fact.series is not None else []
    if fact.type is not None:
        listed = Text.same(" / ".join(fact.type.values)) if fact.type.values else Text.same(fact.type.kind)
        parts.append(_TYPES.get(fact.type.kind, listed))
    parts += [Text.same(fact.unit)] if fact.unit else []
    parts += [fact.station] if fact.station else []
    parts += [fact.source] if fact.source else []
    if fact.certified is not None:
        parts.append(Text(f"认定：{fact.certified.zh}", f"certified: {fact.certified.en}"))
    if fact.window is not None:
        parts.append(fact.window)
    return Text(f"{name}：{'，'.join(p.zh for p in parts)}", f"{name}: {', '.join(p.en for p in parts)}")


def _steps(programme: Programme) -> Iterator[Step]:
    waiting = [*programme.losses.from_, *(s for p in programme.parties.values() for s in p.steps)]
    while waiting:
        step = waiting.pop(0)
        yield step
        waiting = [*(step.tower or ()), *(step.steps or ()), *waiting]


def _beyond(programme: Programme, sublimit: Sublimit) -> Text:
    """What a sub-limit of a step keeps out of it."""
    amounts = [(_SCOPES.get(s, Text(f"每 {s}", f"each {s}")), expression_words(a.text)) for s, a in sublimit.limit]
    zh = "，".join(f"{scope.zh} {amount.zh}" for scope, amount in amounts)
    en = ", ".join(f"{amount.en} {scope.en}" for scope, amount in amounts)
    who = _who(programme, sublimit.party)
    return Text(
        f"分项限额 {zh}，超过的归{who.zh}（{sublimit.as_}）",
        f"Sub-limit {en}; what exceeds it stays with {who.en} ({sublimit.as_})",
    )


def _who(programme: Programme, party: str) -> Text:
    if party == "insured":
        return Text("被保险人", "the insured")
    named = programme.parties.get(party) or programme.pools.get(party) or programme.accounts.get(party)
    return (named.name if named is not None else None) or Text.same(party)


def beside(programme: Programme, name: str) -> Iterator[Text]:
    """How it stands beside other covers of one claim."""
    for kind, members in programme.combine.items():
        others = [programme.covers[m].name or Text.same(m) for m in members if m != name]
        zh, en = "、".join(o.zh for o in others), ", ".join(o.en for o in others)
        if name in members and kind == "max":
            yield Text(f"与{zh}只取最高的一项", f"Of this and {en} only the highest is paid")
        elif name in members:
            yield Text(f"与{zh}合计", f"Added up with {en}")
