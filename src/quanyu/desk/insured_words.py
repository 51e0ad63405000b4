"""What concerns the insured, in words: what covers pay, what they bear themselves, limits before any cession."""

from collections.abc import Iterator

from quanyu.desk.cover_words import around_the_table, beside, facts_read, table_rows
from quanyu.desk.insured_by import party_name
from quanyu.desk.spelled import expression_words, joined
from quanyu.formula import Expression, Node, parse
from quanyu.formula.tree import Call, Name, children
from quanyu.language.flows import Step, Sublimit
from quanyu.language.parts import Pays
from quanyu.language.programme import Programme
from quanyu.language.scalars import Source
from quanyu.terms import Text

__all__ = ["insured_cover", "insured_terms", "named_words"]

_INSURING = frozenset({"insurer", "mutual", "government", "social"})
_WIDE = frozenset({"event", "period", "term"})
"""Scopes that run over all who are insured: limits of the programme, not of a policy."""
_EACH = {
    "claim": Text("每案", "claim"),
    "event": Text("每次事故", "event"),
    "insured": Text("每被保险人", "insured"),
    "policy": Text("每保单", "policy"),
    "period": Text("每期", "period"),
    "term": Text("全期", "term"),
}
_LOSS = Text("损失金额", "the loss")
_ASSESSED = Text("核定损失", "the assessed loss")
_BILLED = Text("账单或账载金额", "the amount billed or booked")
_CHOSEN = {"min": Text("中较低者", "the lower of"), "max": Text("中较高者", "the higher of")}


def insured_cover(programme: Programme, name: str) -> Iterator[Text]:
    """What a cover pays, when, and by whose word; one line each."""
    cover = programme.covers[name]
    if cover.when is not None:
        when = named_words(programme, cover.when)
        yield Text(f"条件：{when.zh}", f"where {when.en}")
    if isinstance(cover.pays, Pays):
        yield from _by_table(programme, cover.pays)
    else:
        amount = named_words(programme, cover.pays)
        yield Text(f"给付{amount.zh}", f"Pays {amount.en}")
    for fact in facts_read(programme, cover):
        said = programme.facts[fact].certified or programme.facts[fact].source
        if said is not None:
            yield Text(f"以{said.zh}为准", f"as stated by: {said.en}")
    for step in _before_cession(programme.losses.from_):
        yield from (_beyond(programme, one) for one in step.sublimits if name in one.covers)
    yield from beside(programme, name)


def insured_terms(programme: Programme) -> Iterator[Text]:
    """What the insured bear of a loss, and the limits of those who insure them; nothing of what these cede."""
    for step in _before_cession(programme.losses.from_):
        own = step.party == "insured"
        parts = list(_parts(programme, step, own=own))
        said, who = joined(parts, "，", ", "), party_name(programme, step.party or "")
        if own and parts:
            yield Text(f"{who.zh}自担：{said.zh}", f"Borne by {who.en}: {said.en}")
        elif own:
            yield Text(f"其余损失由{who.zh}自担", f"The rest of a loss is borne by {who.en}")
        elif parts and _insures(programme, step.party or ""):
            yield Text(f"{who.zh}赔付：{said.zh}", f"Paid by {who.en}: {said.en}")


def named_words(programme: Programme, source: Source | str) -> Text:
    """An expression with the fields and facts by what the programme calls them."""
    parsed = parse(str(source if isinstance(source, str) else source.text))
    return _words(programme, parsed, parsed.root) if isinstance(parsed, Expression) else Text.same(str(source))


def _words(programme: Programme, whole: Expression, node: Node) -> Text:
    if isinstance(node, Name):
        return _named(programme, node.name)
    if isinstance(node, Call) and node.function in _CHOSEN and len(node.arguments) > 1:
        several = [_words(programme, whole, one) for one in node.arguments]
        zh, en, how = joined(several, "与").zh, joined(several, en=" and ").en, _CHOSEN[node.function]
        return Text(f"{zh}{how.zh}", f"{how.en} {en}")
    at, zh, en = node.start, "", ""
    for child in children(node):
        between, inner = expression_words(whole.text[at : child.start]), _words(programme, whole, child)
        zh, en, at = f"{zh}{between.zh}{inner.zh}", f"{en}{between.en}{inner.en}", child.stop
    rest = expression_words(whole.text[at : node.stop])
    return Text(zh + rest.zh, en + rest.en)


def _named(programme: Programme, name: str) -> Text:
    field, fact = programme.insured.fields.get(name), programme.facts.get(name)
    if field is not None and field.name is not None:
        return field.name
    if fact is not None and fact.type is not None and fact.type.kind == "money":
        return _ASSESSED if fact.certified is not None else _BILLED
    return _LOSS if name == "amount" and field is None and fact is None else Text.same(name)


def _by_table(programme: Programme, pays: Pays) -> Iterator[Text]:
    of = joined([named_words(programme, key) for key in pays.by], en=" and ")
    yield Text(f"按{of.zh}查表", f"By a table of {of.en}") if pays.by else Text("按表", "By a table")
    yield from table_rows(pays.table)
    if pays.otherwise is not None:
        value = named_words(programme, pays.otherwise)
        yield Text(f"其他：{value.zh}", f"otherwise: {value.en}")
    yield from around_the_table(pays)


def _before_cession(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Steps that take from the loss itself: groups are looked into, what stands behind a taker is not."""
    for step in steps:
        if step.party is None:
            yield from _before_cession((*(step.tower or ()), *(step.steps or ())))
        else:
            yield step


def _insures(programme: Programme, party: str) -> bool:
    known = programme.parties.get(party)
    return party in programme.pools or (known is not None and known.kind in _INSURING)


def _parts(programme: Programme, step: Step, *, own: bool) -> Iterator[Text]:
    """The amounts of a step, at all scopes of the insured's own; then for which covers and where."""
    amounts = [*_amounts(programme, step, own=own)]
    if step.share is not None:
        share = named_words(programme, step.share)
        amounts.append(Text(f"比例 {share.zh}", f"a share of {share.en}"))
    if not amounts:
        return
    if step.covers is not None:
        names = joined(programme.covers[c].name or Text.same(c) for c in step.covers)
        yield Text(f"只限{names.zh}", f"only for {names.en}")
    if step.when is not None:
        when = named_words(programme, step.when)
        yield Text(f"条件：{when.zh}", f"where {when.en}")
    yield from amounts


def _amounts(programme: Programme, step: Step, *, own: bool) -> Iterator[Text]:
    said = (
        (step.franchise, "达到 {} 才赔、赔则全额", "nothing below {}, all once reached"),
        (step.attachment, "超过 {} 的部分", "what exceeds {}"),
        (step.limit, "以 {} 为限", "at most {}"),
        (step.cap, "以 {} 为限", "at most {}"),
    )
    for pairs, zh, en in said:
        for scope, amount in pairs:
            if own or not _wide(programme, scope):
                each, value = _scope(programme, scope), named_words(programme, amount)
                yield Text(f"{each.zh}{zh.format(value.zh)}", f"{en.format(value.en)} {each.en}")
    for scope, table in step.bands.items():
        if own or not _wide(programme, scope):
            each, rows = _scope(programme, scope), joined(table_rows(table), "；", "; ")
            yield Text(f"{each.zh}分段 {rows.zh}", f"in bands {each.en}: {rows.en}")


def _wide(programme: Programme, scope: str) -> bool:
    known = programme.scopes.get(scope)
    return {*known.columns} <= _WIDE if known is not None else scope in _WIDE


def _scope(programme: Programme, scope: str) -> Text:
    known = programme.scopes.get(scope)
    each = [_each(programme, column) for column in (known.columns if known is not None else (scope,))]
    return Text("".join(e.zh for e in each), f"each {' and '.join(e.en for e in each)}")


def _each(programme: Programme, column: str) -> Text:
    if column in _EACH:
        return _EACH[column]
    named = _named(programme, column)
    return Text(f"每{named.zh}", named.en)


def _beyond(programme: Programme, limit: Sublimit) -> Text:
    """What a sub-limit keeps out; it stays with the insured, or whoever the programme names."""
    pairs = [(_scope(programme, scope), named_words(programme, amount)) for scope, amount in limit.limit]
    zh = "，".join(f"{each.zh} {amount.zh}" for each, amount in pairs)
    en = ", ".join(f"{amount.en} {each.en}" for each, amount in pairs)
    who = party_name(programme, limit.party)
    return Text(f"分项限额 {zh}，超过的归{who.zh}", f"Sub-limit {en}; what exceeds it stays with {who.en}")
