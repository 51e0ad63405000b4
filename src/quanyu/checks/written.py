"""Every expression and every table of a programme, with what belongs at its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from quanyu.checks.steps import Path, PlacedStep, StepList, flows
from quanyu.checks.vocabulary import Vocabulary
from quanyu.formula import Expression, Kind, Type, check, parse
from quanyu.formula.tree import Name, Number
from quanyu.language.flows import Factor, Gain, Premium, Recoveries, Services, Surplus
from quanyu.language.parts import Pays, Value
from quanyu.language.programme import Programme
from quanyu.language.scalars import Amounts, Source, Table
from quanyu.terms import Finding

__all__ = ["Expected", "PlacedTable", "Written", "collect"]

_DATE, _NUMBER = Type(Kind.DATE), Type(Kind.NUMBER)
Names = Mapping[str, Type]


class Expected(Enum):
    """What belongs at a place."""

    AMOUNT = "amount"
    NUMBER = "number"
    SHARE = "share"
    FLAG = "flag"
    LIST = "list"
    ANY = "any"


@dataclass(frozen=True, eq=False)
class Written:
    """An expression where it stands: parsed (None where it cannot be read), typed, with the findings of both.

    flow: the flow whose money it decides. scope: of a term of a step, the scope at which it is evaluated once.
    unsigned: an amount below zero has no meaning here.
    """

    path: Path
    source: Source
    expected: Expected
    names: Names
    expr: Expression | None
    type: Type
    findings: tuple[Finding, ...]
    flow: str = ""
    scope: str = ""
    placed: PlacedStep | None = None
    unsigned: bool = False


@dataclass(frozen=True, eq=False)
class PlacedTable:
    """A table where it stands, with its keys (outermost first). complete: there is an `else` for everything."""

    path: Path
    table: Table
    by: tuple[Written, ...]
    complete: bool
    bands: bool = False
    windows: tuple[str, ...] = ()


@dataclass
class _Collector:
    """Walks the parts of a programme in the order of the file's reference."""

    programme: Programme
    words: Vocabulary
    written: list[Written] = field(default_factory=list)
    tables: list[PlacedTable] = field(default_factory=list)

    def add(self, source: Source | None, path: Path, expected: Expected, names: Names) -> Written | None:
        return self.put(source, path, expected, names)

    def put(
        self,
        source: Source | None,
        path: Path,
        expected: Expected,
        names: Names,
        *,
        step: "tuple[PlacedStep, str] | None" = None,
        flow: str = "",
    ) -> Written | None:
        if source is None:
            return None
        parsed = parse(source.text, source.place)
        if isinstance(parsed, Finding):
            one = Written(path, source, expected, names, None, _NUMBER, (parsed,))
        else:
            found, findings = check(parsed, names, self.expected(parsed, expected, names))
            placed, scope = step or (None, "")
            unsigned = expected is Expected.AMOUNT and flow != "surplus"
            one = Written(
                path,
                source,
                expected,
                names,
                parsed,
                found,
                tuple(findings),
                flow or (placed.flow if placed else ""),
                scope,
                placed,
                unsigned,
            )
        self.written.append(one)
        return one

    def expected(self, expr: Expression, expected: Expected, names: Names) -> Type | None:
        """The type to hold an expression against. A product with a rate (`4000 * 8%`) may well be an amount."""
        match expected:
            case Expected.FLAG:
                return Type(Kind.BOOL)
            case Expected.SHARE:
                return Type(Kind.SHARE)
            case Expected.NUMBER:
                return _NUMBER
            case Expected.AMOUNT if isinstance(expr.root, Name | Number):
                return self.words.money
            case Expected.AMOUNT:
                found, _ = check(expr, names)
                return _NUMBER if found.kind is Kind.SHARE else self.words.money
            case _:
                return None

    def table(
        self, path: Path, table: Table, expected: Expected, names: Names, *, by: Sequence[Written], complete: bool
    ) -> None:
        self.tables.append(PlacedTable(path, table, tuple(by), complete))
        self.leaves(path, table, expected, names)

    def leaves(self, path: Path, table: Table, expected: Expected, names: Names) -> None:
        for leaf in table.leaves():
            self.add(leaf, path, expected, names)

    def by(self, sources: Sequence[Source], path: Path, names: Names) -> list[Written]:
        single = len(sources) == 1
        keys = [
            self.add(s, (*path, "by") if single else (*path, "by", n), Expected.ANY, names)
            for n, s in enumerate(sources)
        ]
        return [k for k in keys if k is not None]

    # ------------------------------------------------------------ who and what

    def declared(self) -> None:
        programme, words = self.programme, self.words
        for name, account in programme.accounts.items():
            self.add(account.opening, ("accounts", name, "opening"), Expected.AMOUNT, words.step)
            self.add(account.ceiling, ("accounts", name, "ceiling"), Expected.AMOUNT, words.step)
        for name, pool in programme.pools.items():
            for member, share in (pool.shares or {}).items():
                self.add(share, ("pools", name, "shares", member), Expected.SHARE, words.risk)
            for n, dated in enumerate(pool.members):
                for member, share in dated.shares.items():
                    self.add(share, ("pools", name, "members", n, "shares", member), Expected.SHARE, words.risk)
            for member, cap in pool.caps.items():
                for scope, source in cap:
                    at: Path = ("pools", name, "caps", member)
                    self.add(source, at if _bare(cap, source) else (*at, scope), Expected.AMOUNT, words.step)
        known = {**words.keys, **words.fields, **words.states}
        for plan, entries in programme.plans.items():
            for name, source in entries.items():
                self.add(source, ("plans", plan, name), Expected.ANY, known)
        for party, source in programme.price.items():
            self.add(source, ("price", party), Expected.NUMBER, words.risk)
        if programme.declarations:
            self.add(programme.declarations.deposit, ("declarations", "deposit"), Expected.AMOUNT, words.risk)
            self.add(programme.declarations.minimum, ("declarations", "minimum"), Expected.AMOUNT, words.risk)

    def quantities(self) -> None:
        words = self.words
        known: dict[str, Type] = {**words.keys, **words.fields, **words.plans, **words.states, **words.facts}
        for name, value in self.programme.values.items():
            self.value(value, ("values", name), known)
            known[name] = words.values[name]
        for name, state in self.programme.states.items():
            self.add(state.start, ("states", name, "start"), Expected.NUMBER, words.risk)
            self.add(state.next, ("states", name, "next"), Expected.NUMBER, {**words.claim, "claims": _NUMBER})
        for name, fact in self.programme.facts.items():
            self.add(fact.of, ("facts", name, "of"), Expected.ANY, words.claim)

    def value(self, value: Value | Factor, path: Path, names: Names) -> None:
        self.add(value.value, (*path, "value"), Expected.ANY, names)
        by = self.by(value.by, path, names)
        if value.table is not None:
            complete = value.otherwise is not None
            self.table((*path, "table"), value.table, Expected.ANY, names, by=by, complete=complete)
        self.add(value.otherwise, (*path, "else"), Expected.ANY, names)

    def covers(self) -> None:
        for name, cover in self.programme.covers.items():
            path: Path = ("covers", name)
            names = self.words.claim
            self.add(cover.when, (*path, "when"), Expected.FLAG, names)
            if isinstance(cover.pays, Source):
                self.add(cover.pays, (*path, "pays"), Expected.AMOUNT, names)
            else:
                self.pays(cover.pays, (*path, "pays"))
        for name, gain in self.programme.gains.items():
            source = gain.pays if isinstance(gain, Gain) else gain
            at: Path = ("gains", name, "pays") if isinstance(gain, Gain) else ("gains", name)
            self.add(source, at, Expected.AMOUNT, self.words.claim)

    def pays(self, pays: Pays, path: Path) -> None:
        names: dict[str, Type] = dict(self.words.claim)
        each = self.add(pays.each, (*path, "each"), Expected.LIST, names)
        if each is not None:
            names["it"] = Type(each.type.kind, each.type.unit, each.type.values)
        if pays.days is not None:
            names |= self.records(pays)
        by = self.by(pays.by, path, names)
        if not by and pays.each is not None:
            by = [Written(path, pays.each, Expected.ANY, names, None, names["it"], ())]
        expected = Expected.ANY if pays.times is not None else Expected.AMOUNT
        at = (*path, "table")
        complete = pays.otherwise is not None
        self.tables.append(PlacedTable(at, pays.table, tuple(by), complete, windows=pays.windows))
        self.leaves(at, pays.table, expected, names)
        self.add(pays.otherwise, (*path, "else"), expected, names)
        self.add(pays.min, (*path, "min"), expected, names)
        self.add(pays.max, (*path, "max"), expected, names)
        self.add(pays.times, (*path, "times"), Expected.ANY, names)

    def records(self, pays: Pays) -> dict[str, Type]:
        """The names inside daily records: the date, and what the fact says they hold, or else the table's own keys."""
        fact = self.programme.facts.get(pays.days or "")
        items = fact.items if fact and fact.items else tuple(s.text for s in pays.by if s.text.isidentifier())
        return {**dict.fromkeys(items, _NUMBER), "date": _DATE}

    # ------------------------------------------------------------ the flows

    def step(self, placed: PlacedStep) -> None:
        step, path, names = placed.step, placed.path, self.words.step
        self.put(step.when, (*path, "when"), Expected.FLAG, names, step=(placed, "claim"))
        for term in ("franchise", "attachment", "limit", "cap", "quota"):
            expected = Expected.NUMBER if term == "quota" else Expected.AMOUNT
            self.amounts(getattr(step, term), (*path, term), expected, placed)
        for scope, table in step.bands.items():
            self.bands(placed, scope, table)
        self.put(step.share, (*path, "share"), Expected.SHARE, names, step=(placed, "claim"))
        for n, sub in enumerate(step.sublimits):
            self.amounts(sub.limit, (*path, "sublimits", n, "limit"), Expected.AMOUNT, placed)
        given = step.reinstatement
        if given is not None:
            at: Path = (*path, "reinstatement")
            self.put(given.limit, (*at, "limit"), Expected.AMOUNT, names, step=(placed, given.per))
            for n, rate in enumerate(given.rates):
                self.put(rate, (*at, "rates", n), Expected.NUMBER, names, step=(placed, given.per))
            self.put(given.premium, (*at, "premium"), Expected.AMOUNT, names, step=(placed, given.per))
            self.put(given.remaining, (*at, "remaining"), Expected.SHARE, names, step=(placed, "event"))

    def amounts(self, amounts: Amounts, path: Path, expected: Expected, placed: PlacedStep) -> None:
        for scope, source in amounts:
            at = path if _bare(amounts, source) else (*path, scope)
            self.put(source, at, expected, self.words.step, step=(placed, scope))

    def bands(self, placed: PlacedStep, scope: str, table: Table) -> None:
        path: Path = (*placed.path, "bands", scope)
        self.tables.append(PlacedTable(path, table, (), complete=False, bands=True))
        for leaf in table.leaves():
            self.put(leaf, path, Expected.SHARE, self.words.step, step=(placed, scope))

    def flows(self) -> None:
        for name, flow in flows(self.programme).items():
            if isinstance(flow, Premium):
                self.premium(flow)
            elif isinstance(flow, Recoveries | Services | Surplus):
                self.put(flow.amount, (name, "amount"), Expected.AMOUNT, self.words.step, flow=name)
            if isinstance(flow, Services):
                for n, item in enumerate(flow.items):
                    for scope, quota in item.quota:
                        self.add(quota, (name, "items", n, "quota", scope), Expected.NUMBER, self.words.step)
        if self.programme.calls:
            for scope, limit in self.programme.calls.limit:
                self.put(limit, ("calls", "limit", scope), Expected.AMOUNT, self.words.step, flow="calls")

    def premium(self, premium: Premium) -> None:
        def put(source: Source | None, path: Path, expected: Expected) -> None:
            self.put(source, ("premium", *path), expected, self.words.step, flow="premium")

        for name in ("amount", "base", "min", "max", "round"):
            put(getattr(premium, name), (name,), Expected.AMOUNT)
        for name, factor in premium.factors.items():
            path: Path = ("premium", "factors", name)
            self.value(factor, path, self.words.step)
            for n, bound in enumerate(factor.within or ()):
                put(bound, ("factors", name, "within", n), Expected.ANY)
        for name, source in premium.plus.items():
            put(source, ("plus", name), Expected.AMOUNT)
        for name, source in premium.loadings.items():
            put(source, ("loadings", name), Expected.SHARE)
        if premium.short_period is not None:
            months = Written((), Source("months"), Expected.NUMBER, {}, None, _NUMBER, ())
            path = ("premium", "short_period")
            self.table(path, premium.short_period, Expected.NUMBER, {}, by=[months], complete=True)

    def gates(self) -> None:
        gate = {**self.words.claim, **self.words.flows}
        for n, must in enumerate(self.programme.must):
            self.add(must.when, ("must", n, "when"), Expected.FLAG, gate)
            self.add(must.that, ("must", n, "that"), Expected.FLAG, gate)
        for kind in ("decline", "refer"):
            for n, one in enumerate(getattr(self.programme.underwriting, kind)):
                self.add(one.when, ("underwriting", kind, n, "when"), Expected.FLAG, gate)
        for n, stop in enumerate(self.programme.stop):
            self.add(stop.when, ("stop", n, "when"), Expected.FLAG, gate)


def _bare(amounts: Amounts, source: Source) -> bool:
    """Whether a term is written without a scope. The place then is that of the key itself."""
    return len(amounts) == 1 and amounts[0][1] is source and amounts[0][0] == "claim"


def collect(
    programme: Programme, words: Vocabulary, lists: tuple[StepList, ...]
) -> tuple[tuple[Written, ...], tuple[PlacedTable, ...]]:
    """Every expression and every table of a programme."""
    collector = _Collector(programme, words)
    collector.declared()
    collector.quantities()
    collector.covers()
    collector.flows()
    collector.gates()
    for here in lists:
        for placed in here.steps:
            collector.step(placed)
    return tuple(collector.written), tuple(collector.tables)
