"""Who is who: parties, pools, accounts, roles, what is insured, what is known of it."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from quanyu.desk.duties import duty_words
from quanyu.desk.pages.marks import Marks
from quanyu.desk.pages.words import constant_of, expression_words, free_text, joined, party_words
from quanyu.documents import Account, Fact, Grid, InsuredField, InsuredUnit, Number, Party, Pool, PoolShares, Role
from quanyu.language.parts import FieldSpec
from quanyu.language.parts import Pool as StatedPool
from quanyu.language.programme import Programme
from quanyu.language.scalars import FieldType, Source
from quanyu.terms import Text

__all__ = ["accounts_of", "conditions_of", "facts_of", "insured_of", "parties_of", "pools_of", "roles_of"]

_BASES = {
    "attached": Text("成员按保单起保日确定", "members by the date the policy attached"),
    "issued": Text("成员按签单日确定", "members by the date of issue"),
    "occurred": Text("成员按出险日确定", "members by the date of loss"),
}
_KINDS = {
    "number": Text("数", "number"),
    "money": Text("金额", "money"),
    "share": Text("比例", "share"),
    "int": Text("整数", "whole number"),
    "bool": Text("是否", "yes or no"),
    "text": Text("文字", "text"),
    "date": Text("日期", "date"),
    "key": Text("键", "key"),
    "point": Text("位置", "place"),
    "list": Text("列表", "list"),
}


def parties_of(programme: Programme) -> tuple[Party, ...]:
    """Every party in the order of the file."""
    return tuple(Party(id=k, name=p.name or Text.same(k), kind=p.kind) for k, p in programme.parties.items())


def pools_of(programme: Programme) -> tuple[Pool, ...]:
    """Every pool with its dated shares."""
    return tuple(
        Pool(
            id=name,
            name=pool.name or Text.same(name),
            leader=pool.leader or "",
            basis=_BASES[pool.basis],
            dated=tuple(_dated(pool)),
        )
        for name, pool in programme.pools.items()
    )


def _dated(pool: StatedPool) -> Iterator[PoolShares]:
    if pool.shares:
        yield PoolShares(shares=_shares(pool.shares))
    for member in pool.members:
        yield PoolShares(shares=_shares(member.shares), since=str(member.since))


def _shares(shares: Mapping[str, Source]) -> tuple[tuple[str, Number], ...]:
    """Constant shares; where they are weights, such as amounts of obligations, the parts they make."""
    known = {name: constant_of(source) for name, source in shares.items()}
    values = {name: value for name, value in known.items() if value is not None}
    total = sum(values.values(), Fraction(0))
    return tuple((name, value if total <= 1 else value / total) for name, value in values.items())


def accounts_of(programme: Programme, marks: Marks) -> tuple[Account, ...]:
    """Every account with what it opens with."""
    return tuple(
        Account(
            id=name,
            name=account.name or Text.same(name),
            owner=account.owner or "",
            opening=constant_of(account.opening) or 0,
            ceiling=constant_of(account.ceiling),
            illustrative=marks.inside("accounts", name),
        )
        for name, account in programme.accounts.items()
    )


def roles_of(programme: Programme) -> tuple[Role, ...]:
    """The roles that the file names."""
    insured = programme.insured
    named = [
        (Text("投保人", "policyholder"), (insured.policyholder,)),
        (Text("受益人", "beneficiary"), insured.beneficiary),
        (Text("缴费人", "payer"), (insured.payer,)),
    ]
    roles = [
        Role(role=role, who=joined(party_words(programme, w) for w in who if w)) for role, who in named if any(who)
    ]
    leaders = dict.fromkeys(p.leader for p in programme.pools.values() if p.leader)
    roles += [Role(role=Text("共保首席", "leader of the pool"), who=party_words(programme, w)) for w in leaders]
    roles += [
        Role(role=Text(f"{name}：可选的机构", f"{name}: one of"), who=joined(party.panel, "；", "; "))
        for name, party in programme.parties.items()
        if party.panel
    ]
    return tuple(roles)


def insured_of(programme: Programme) -> InsuredUnit:
    """The insured unit with its fields."""
    insured = programme.insured
    enrolment = (
        Text("逐单投保", "by policies") if insured.enrolment == "policies" else Text("无须参保", "none is needed")
    )
    if insured.membership:
        enrolment = Text(
            f"{enrolment.zh}；资格：{free_text(insured.membership)}",
            f"{enrolment.en}; membership: {free_text(insured.membership)}",
        )
    fields = tuple(_field(name, spec) for name, spec in insured.fields.items())
    return InsuredUnit(unit=Text.same(insured.unit), enrolment=enrolment, fields=fields)


def _field(name: str, spec: FieldSpec) -> InsuredField:
    unit = f" ({spec.unit})" if spec.unit else ""
    return InsuredField(name=name, kind=type_words(spec.type) + unit, meaning=spec.name)


def type_words(kind: FieldType) -> str:
    """A type in both languages: allowed texts and ranges as written."""
    if kind.values:
        return " | ".join(kind.values)
    if kind.low is not None:
        return f"{kind.low}..{kind.high}"
    word = _KINDS.get(kind.kind, Text.same(kind.kind))
    return f"{word.zh} {word.en}"


def facts_of(programme: Programme) -> tuple[Fact, ...]:
    """Facts with their units and who says so."""
    facts = []
    for name, fact in programme.facts.items():
        measured = [t for t in (fact.source, fact.certified, fact.station, fact.window, fact.published) if t]
        shape = [type_words(fact.type)] if fact.type is not None else []
        shape += [{"hour": "逐时 hourly", "day": "逐日 daily", "week": "逐周 weekly", "month": "逐月 monthly"}[s]
                  for s in [fact.series] if s]  # fmt: skip
        meaning = Text.same("；".join(shape)) if shape else None
        if fact.of is not None:
            words = expression_words(fact.of.text)
            meaning = Text(f"＝ {words.zh}", f"= {words.en}")
        facts.append(
            Fact(name=name, unit=fact.unit or "", meaning=meaning,
                 source=joined(measured, "；", "; ") if measured else None)
        )  # fmt: skip
    return tuple(facts)


def conditions_of(programme: Programme, marks: Marks) -> tuple[Grid, ...]:
    """What stands beside covers and flows: conditions of issue and of stopping, named values, declared keys."""
    grids = []
    if programme.must:
        conditional = any(m.when for m in programme.must)
        rows = tuple(
            (
                *([expression_words(m.when.text) if m.when else None] if conditional else []),
                expression_words(m.that.text),
                m.source,
            )
            for m in programme.must
        )
        heads = (*([Text("当", "when")] if conditional else []), Text("须", "has to hold"), Text("依据", "source"))
        grids.append(Grid(title=Text("签单条件", "Conditions of issue"), rows=rows, columns=heads))
    if programme.stop:
        stops = tuple((s.as_ or "", expression_words(s.when.text), s.source) for s in programme.stop)
        grids.append(
            Grid(title=Text("停办条件", "New business stops"), rows=stops,
                 columns=(Text("名称", "name"), Text("当", "when"), Text("依据", "source")))
        )  # fmt: skip
    duties = tuple((text,) for text in duty_words(programme))
    if duties:
        grids.append(Grid(title=Text("义务、权利与期限", "Duties, rights and dates"), rows=duties,
                          columns=(Text("照录，不牵动金额", "kept as stated, no amount depends on it"),)))  # fmt: skip
    if programme.scopes:
        keys = tuple((name, " × ".join(s.columns)) for name, s in programme.scopes.items())
        grids.append(
            Grid(title=Text("自定的合计口径", "Declared scopes"), rows=keys,
                 columns=(Text("名称", "name"), Text("按这些键合计", "counts over these keys")))
        )  # fmt: skip
    values = tuple(
        (name, expression_words(v.value.text) if v.value else Text("查表", "by a table"), v.source)
        for name, v in programme.values.items()
    )
    if values:
        grids.append(
            Grid(title=Text("中间量", "Named values"), rows=values, illustrative=marks.inside("values"),
                 columns=(Text("名称", "name"), Text("取值", "value"), Text("依据", "source")))
        )  # fmt: skip
    return tuple(grids)
