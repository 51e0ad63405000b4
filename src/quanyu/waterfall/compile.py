"""From a programme to the plan of one side of one flow."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

from quanyu.formula import Expression, constant, parse
from quanyu.language.flows import Step
from quanyu.language.parts import Account, Party, Pool
from quanyu.language.programme import Programme
from quanyu.language.scalars import Source, Table
from quanyu.language.scopes import NotNested, chain, dependencies, scope_columns
from quanyu.terms import Finding, Interval, Text
from quanyu.waterfall.expand import expand, stated_steps
from quanyu.waterfall.members import refuse_circles, refuse_twice
from quanyu.waterfall.plan import (
    Band,
    Cap,
    Plan,
    PlanAccount,
    PlanCall,
    PlanPool,
    PlanRefused,
    PlanReinstatement,
    PlanStep,
    ScopeColumns,
    Stage,
    Taker,
    Version,
)

__all__ = ["FLOWS", "compile_flow"]

FLOWS = ("premium", "losses", "recoveries", "calls", "services", "surplus")
"""The flows in the order in which they run within a period."""


def compile_flow(programme: Programme, flow: str, side: Literal["from", "to"]) -> Plan:
    """The plan of one side of `flow` (one of FLOWS): defaults filled in, sub-limits as steps, scopes in order.

    Raises PlanRefused where no plan can be made: a missing flow or receiver, scopes that are not nested, a franchise
    outside claim scope, an account with two giving steps, a step with nobody, an unreadable expression.
    """
    return _Compiler(programme, flow, side).plan()


def expression(source: Source, path: str) -> Expression:
    """The expression of a source text. Raises PlanRefused where it cannot be read."""
    parsed = parse(source.text, source.place)
    if isinstance(parsed, Finding):
        raise PlanRefused(parsed.code, path, parsed.reason)
    return parsed


class _Compiler:
    """One compilation: the steps grow in preorder while the lists are walked."""

    def __init__(self, programme: Programme, flow: str, side: Literal["from", "to"]) -> None:
        self.programme, self.flow, self.side = programme, flow, side
        self.receiving = side == "to"
        self.steps: list[PlanStep] = []
        self.scopes: dict[str, ScopeColumns] = {}

    def plan(self) -> Plan:
        programme = self.programme
        refuse_circles(programme)
        roots = self._list(stated_steps(programme, self.flow, self.side), f"{self.flow}.{self.side}", "")
        self._refuse_shared_accounts()
        if (self.flow, self.side) == ("losses", "from"):
            refuse_twice(programme, [str(step.party) for step in self.steps], "losses.from")
        named: dict[str, Party | Account | Pool] = {**programme.parties, **programme.accounts, **programme.pools}
        return Plan(
            flow=self.flow,
            side=self.side,
            receiving=self.receiving,
            steps=tuple(self.steps),
            roots=roots,
            scopes=MappingProxyType(dict(self.scopes)),
            determines=dependencies(programme),
            parties=frozenset(programme.parties),
            pools=MappingProxyType({name: _pool(name, pool) for name, pool in programme.pools.items()}),
            accounts=MappingProxyType({name: self._account(name) for name in programme.accounts}),
            several=frozenset(programme.insured.several),
            unit=programme.unit,
            names=MappingProxyType({name: part.name or Text.same(name) for name, part in named.items()}),
        )

    def _list(self, steps: Sequence[Step], place: str, path: str) -> tuple[int, ...]:
        indices = []
        seen: set[str] = set()
        for n, step in enumerate(expand(steps, self.programme, place)):
            label = step.label or str(n)
            if label in seen:
                raise PlanRefused(
                    "label-duplicate",
                    f"{place}.{label}",
                    Text(f"同一列表内有两步都叫“{label}”", f"two steps of one list are called {label}"),
                )
            seen.add(label)
            indices.append(self._step(step, label, f"{place}.{label}", f"{path}/{label}" if path else label))
        return tuple(indices)

    def _step(self, step: Step, label: str, place: str, path: str) -> int:
        taker, party = self._taker(step, place)
        index = len(self.steps)
        made = PlanStep(
            index=index,
            label=label,
            path=path,
            taker=taker,
            party=party,
            covers=None if step.covers is None else frozenset(step.covers),
            when=self._optional(step.when, place),
            stages=self._stages(step, place),
            share=self._optional(step.share, place),
            caps=tuple(self._cap(scope, amount, place) for scope, amount in step.cap),
            reinstatement=self._reinstatement(step, place),
            causes=PlanCall(step.causes.flow, step.causes.on, step.causes.by) if step.causes else None,
            reopen=self._reopens(step, taker),
            at_payment=step.at == "payment",
        )
        self.steps.append(made)
        if step.tower is not None or step.steps is not None:
            inside: Literal["tower", "steps"] = "tower" if step.tower is not None else "steps"
            children = self._list(step.tower or step.steps or (), f"{place}.{inside}", path)
            joint = self._joint(children) if inside == "tower" else ()
            self.steps[index] = replace(made, inside=inside, children=children, joint=joint)
        return index

    def _taker(self, step: Step, place: str) -> tuple[Taker, str | None]:
        if step.party is None:
            if step.tower is None and step.steps is None:
                raise PlanRefused("nobody", place, Text("这一步没有承担者", "nobody takes in this step"))
            return Taker.GROUP, None
        return self._named(step.party)

    def _named(self, name: str) -> tuple[Taker, str]:
        programme = self.programme
        if name in ("insured", "claimant", "borne"):
            return Taker(name), name
        for known, kind in (
            (programme.pools, Taker.POOL),
            (programme.accounts, Taker.ACCOUNT),
            (programme.parties, Taker.PARTY),
        ):
            if name in known:
                return kind, name
        insured = programme.insured
        roles = {
            "policyholder": insured.policyholder,
            "payer": insured.payer,
            "beneficiary": insured.beneficiary[0] if insured.beneficiary else None,
        }
        role = roles.get(name)
        return self._named(role) if role and role != name else (Taker.FIELD, name)

    def _reopens(self, step: Step, taker: Taker) -> bool:
        """As stated; else others' parts stand where money is first come, first served: accounts, subsidy budgets."""
        if step.reopen is not None:
            return step.reopen
        budget = self.flow == "premium" and self.side == "from" and bool(step.cap)
        return taker is not Taker.ACCOUNT and not budget

    # ------------------------------------------------------------ terms

    def _optional(self, source: Source | None, place: str) -> Expression | None:
        return None if source is None else expression(source, place)

    def _scope(self, name: str) -> ScopeColumns:
        return self.scopes.setdefault(name, scope_columns(name, self.programme))

    def _stages(self, step: Step, place: str) -> tuple[Stage, ...]:
        franchise, attachment, limit = dict(step.franchise), dict(step.attachment), dict(step.limit)
        if any(scope != "claim" for scope in franchise):
            raise PlanRefused(
                "franchise-scope",
                f"{place}.franchise",
                Text("相对免赔只能以一次赔案为范围", "a franchise stands at claim scope only"),
            )
        names = dict.fromkeys([*franchise, *attachment, *limit, *step.bands])
        ordered = chain([self._scope(name) for name in names])
        if isinstance(ordered, NotNested):
            raise PlanRefused(
                "scopes-not-nested",
                place,
                Text(
                    f"范围 {ordered.one} 与 {ordered.other} 互不包含：改用 cap，或拆成两步",
                    f"scopes {ordered.one} and {ordered.other} are not nested: use a cap, or two steps",
                ),
            )
        return tuple(
            Stage(
                scope.name,
                scope.columns,
                self._optional(franchise.get(scope.name), f"{place}.franchise"),
                self._optional(attachment.get(scope.name), f"{place}.attachment"),
                self._optional(limit.get(scope.name), f"{place}.limit"),
                _bands(step.bands.get(scope.name), f"{place}.bands"),
            )
            for scope in ordered
        )

    def _cap(self, scope: str, amount: Source, place: str) -> Cap:
        return Cap(scope, self._scope(scope).columns, expression(amount, f"{place}.cap.{scope}"))

    def _reinstatement(self, step: Step, place: str) -> PlanReinstatement | None:
        spec = step.reinstatement
        if spec is None:
            return None
        here = f"{place}.reinstatement"
        if spec.per not in {name for name, _ in (*step.attachment, *step.limit)}:
            raise PlanRefused(
                "reinstatement-scope",
                here,
                Text(
                    f"这一步没有范围为 {spec.per} 的起赔点或限额",
                    f"the step has no attachment or limit at scope {spec.per}",
                ),
            )
        return PlanReinstatement(
            label=spec.as_,
            per=spec.per,
            limit=expression(spec.limit, here),
            rates=tuple(expression(rate, here) for rate in spec.rates),
            premium=expression(spec.premium, here),
            remaining=self._optional(spec.remaining, here),
            payer=spec.payer,
        )

    # ------------------------------------------------------------ the whole

    def _joint(self, children: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
        layers: dict[object, list[int]] = {}
        for index in children:
            layers.setdefault(_layer(self.steps[index]), []).append(index)
        return tuple(tuple(members) for members in layers.values() if len(members) > 1)

    def _account(self, name: str) -> PlanAccount:
        account = self.programme.accounts[name]
        here = f"accounts.{name}"
        opening = _constant(account.opening, f"{here}.opening")
        ceiling = None if account.ceiling is None else _constant(account.ceiling, f"{here}.ceiling")
        return PlanAccount(name, opening, ceiling)

    def _refuse_shared_accounts(self) -> None:
        """One account, one giving step; two receiving steps only where no ceiling makes their order matter."""
        used: dict[str, PlanStep] = {}
        for step in self.steps:
            if step.taker is not Taker.ACCOUNT or step.party is None:
                continue
            first = used.setdefault(step.party, step)
            free = self.receiving and self.programme.accounts[step.party].ceiling is None
            if first is not step and not free:
                raise PlanRefused(
                    "account-two-receivers" if self.receiving else "account-two-givers",
                    f"{self.flow}.{self.side}.{step.path}",
                    Text(
                        f"账户 {step.party} 已用于步骤“{first.path}”：一个账户只能有一步",
                        f"the account {step.party} already stands in step {first.path}: one account, one step",
                    ),
                )


def _layer(step: PlanStep) -> object:
    """What members of a tower have in common when they share a layer."""
    stages = tuple(
        (
            s.scope,
            *(_plain(e) for e in (s.franchise, s.attachment, s.limit)),
            tuple((b.low, b.high, _plain(b.slope)) for b in s.bands),
        )
        for s in step.stages
    )
    return (step.covers, _plain(step.when), stages)


def _plain(expr: Expression | None) -> object:
    if expr is None:
        return None
    value = constant(expr)
    return expr.root if value is None else value


def _bands(table: Table | None, path: str) -> tuple[Band, ...]:
    bands = []
    for key, value in table.rows if table else ():
        if not isinstance(key.match, Interval) or not isinstance(value, Source):
            raise PlanRefused("bands-form", path, Text("bands 的左边是区间", "the left side of a band is an interval"))
        low, high = key.match.low, key.match.high
        if not isinstance(low, Fraction) or isinstance(high, str):
            raise PlanRefused("bands-form", path, Text("bands 的两端是金额", "the ends of a band are amounts"))
        bands.append(Band(low, high if isinstance(high, Fraction) else None, expression(value, path)))
    ordered = sorted(bands, key=lambda b: b.low)
    for one, other in pairwise(ordered):
        if one.high is None or one.high > other.low:
            raise PlanRefused("table-overlap", path, Text("bands 的区间重叠", "bands overlap"))
    return tuple(ordered)


def _constant(source: Source, path: str) -> Fraction:
    value = constant(expression(source, path))
    if value is None:
        raise PlanRefused("not-constant", path, Text("这里需要一个常数", "a constant is needed here"))
    return value


def _pool(name: str, pool: Pool) -> PlanPool:
    if pool.members:
        dated: Mapping[object, Mapping[str, Source]] = {m.since: m.shares for m in pool.members}
        versions = tuple(Version(m.since, _shares(name, m.shares)) for m in sorted(pool.members, key=lambda m: m.since))
        if len(dated) != len(versions):
            raise PlanRefused(
                "pool-dates",
                f"pools.{name}.members",
                Text("两组成员同一天起", "two groups begin on one day"),
            )
    else:
        versions = (Version(None, _shares(name, pool.shares or {})),)
    return PlanPool(name, pool.basis, versions, pool.by)


def _shares(name: str, shares: Mapping[str, Source]) -> tuple[tuple[str, Expression], ...]:
    return tuple((member, expression(share, f"pools.{name}.{member}")) for member, share in shares.items())
