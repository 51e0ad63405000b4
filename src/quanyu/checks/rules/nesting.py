"""Scopes of one step form a chain, from the finest to the coarsest."""

from collections.abc import Iterator, Sequence

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.rules.named import known_scopes
from quanyu.checks.steps import PlacedStep
from quanyu.language.scopes import NotNested, ScopeColumns, chain, scope_columns
from quanyu.terms import Finding, Severity, Text

__all__ = ["RULE", "stage_scopes"]


def stage_scopes(inspection: Inspection, placed: PlacedStep) -> list[ScopeColumns]:
    """The scopes at which a step has terms before its share, as written."""
    step = placed.step
    terms = (*step.franchise, *step.attachment, *step.limit)
    named = dict.fromkeys([*(scope for scope, _ in terms), *step.bands])
    return [scope_columns(name, inspection.programme) for name in named]


def _search(inspection: Inspection) -> Iterator[Finding]:
    known = known_scopes(inspection.programme)
    for placed in inspection.steps:
        stages = stage_scopes(inspection, placed)
        if not known.issuperset([*(scope.name for scope in stages), *(scope for scope, _ in placed.step.cap)]):
            continue
        broken = chain(stages)
        if isinstance(broken, NotNested):
            yield _not_nested(inspection, placed, broken)
        else:
            yield from _caps(inspection, placed, stages)
        for n, sub in enumerate(placed.step.sublimits):
            torn = chain([scope_columns(name, inspection.programme) for name, _ in sub.limit])
            if isinstance(torn, NotNested):
                yield _not_nested(inspection, placed, torn, inside=("sublimits", n))
        yield from _franchise(inspection, placed)
        yield from _reinstatement(inspection, placed)


def _not_nested(
    inspection: Inspection, placed: PlacedStep, broken: NotNested, *, inside: tuple[str | int, ...] = ()
) -> Finding:
    path = (*placed.path, *inside)
    terms = ("limit", "attachment", "bands", "franchise")
    at = next(((*path, t, broken.other) for t in terms if inspection.has((*path, t, broken.other))), path)
    return inspection.finding(
        "scopes-not-nested",
        inspection.key(at),
        Text(
            f"范围 {broken.one} 与 {broken.other} 互不包含，先算哪个没有定义",
            f"neither of the scopes {broken.one} and {broken.other} contains the other: their order has no meaning",
        ),
        Text(
            "其中一个改用 cap，或拆成两步，或声明 determines",
            "state one of them as a cap, or make two steps, or declare what a scope determines",
        ),
    )


def _caps(inspection: Inspection, placed: PlacedStep, stages: Sequence[ScopeColumns]) -> Iterator[Finding]:
    caps = [scope_columns(name, inspection.programme) for name, _ in placed.step.cap]
    broken = chain([*stages, *(c for c in caps if c.name not in {s.name for s in stages})])
    if not isinstance(broken, NotNested):
        return
    names = {c.name for c in caps}
    cap = broken.other if broken.other in names else broken.one
    yield inspection.finding(
        "cap-not-nested",
        inspection.key((*placed.path, "cap", cap)),
        Text(
            f"封顶范围 {broken.one} 与 {broken.other} 互不包含：损失变大时赔款合计可能变小",
            f"the scopes {broken.one} and {broken.other} are not nested: a larger loss may pay less in all",
        ),
        Text(
            "确实如此约定便可保留；否则改用互相包含的范围",
            "keep it where it is so agreed; otherwise use scopes of which one contains the other",
        ),
        severity=Severity.WARNING,
    )


def _franchise(inspection: Inspection, placed: PlacedStep) -> Iterator[Finding]:
    for scope, _ in placed.step.franchise:
        if scope != "claim":
            yield inspection.finding(
                "franchise-scope",
                inspection.key((*placed.path, "franchise", scope)),
                Text("相对免赔只能以一次赔案为范围", "a franchise stands at claim scope only"),
                Text(
                    "写 franchise: 1000；按范围累计的门槛用 attachment",
                    "write franchise: 1000; a threshold of a scope is an attachment",
                ),
            )


def _reinstatement(inspection: Inspection, placed: PlacedStep) -> Iterator[Finding]:
    given = placed.step.reinstatement
    scopes = {scope for scope, _ in (*placed.step.attachment, *placed.step.limit)}
    if given and given.per not in scopes:
        yield inspection.finding(
            "reinstatement-scope",
            (*placed.path, "reinstatement", "per"),
            Text(
                f"这一步没有范围为 {given.per} 的起赔点或限额",
                f"the step has no attachment or limit at scope {given.per}",
            ),
            Text(f"写 limit: {{{given.per}: …}}", f"write limit: {{{given.per}: …}}"),
        )


RULE = Rule(("scopes-not-nested", "cap-not-nested", "franchise-scope", "reinstatement-scope"), _search)
