"""The path of a claim's every fen through the steps, from what the fold noted."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from quanyu.desk.pages.words import scope_words
from quanyu.documents import ClaimPath, Passage, Taken
from quanyu.language.programme import Programme
from quanyu.terms import Text
from quanyu.waterfall.explain import explain, write_amount
from quanyu.waterfall.outcome import Outcome
from quanyu.waterfall.plan import Plan, PlanStep, Taker
from quanyu.waterfall.trace import Cut, StagePassage
from quanyu.waterfall.trace import Passage as Noted

__all__ = ["chosen_claims", "paths_of", "steps_of"]

_FEW = 12
_SPOKEN = {Taker.INSURED: "insured", Taker.CLAIMANT: "claimant", Taker.BORNE: "borne"}


def chosen_claims(outcome: Outcome) -> list[str]:
    """The claims whose paths are shown: all where they are few, else the first of each family `name.1`, `name.2` …"""
    claims = list(dict.fromkeys(i.claim for i in outcome.increments))
    if len(claims) <= _FEW:
        return claims
    families: dict[str, str] = {}
    for claim in claims:
        stem, dot, number = claim.rpartition(".")
        families.setdefault(stem if dot and number.isdigit() else claim, claim)
    return list(families.values())[:_FEW]


def paths_of(programme: Programme, outcome: Outcome, claims: Sequence[str]) -> tuple[ClaimPath, ...]:
    """The paths of claims that the fold has traced."""
    noted: dict[str, list[Noted]] = defaultdict(list)
    for passage in outcome.passages:
        noted[passage.claim].append(passage)
    order = {step.index: n for n, step in enumerate(_preorder(outcome.plan))}
    return tuple(_path(programme, outcome, claim, sorted(noted[claim], key=lambda p: (str(p.instant), order[p.step])))
                 for claim in claims if noted[claim])  # fmt: skip


def steps_of(outcome: Outcome) -> tuple[Passage, ...]:
    """What each step that takes anything takes of all claims, inner steps included."""
    own: dict[int, int] = defaultdict(int)
    parties: dict[int, set[str]] = defaultdict(set)
    for (_, index, party), amount in outcome.takes.items():
        own[index] += int(amount)
        parties[index].add(party)
    made = []
    for step in _preorder(outcome.plan):
        total = sum(v for i, v in own.items() if f"{outcome.plan.steps[i].path}/".startswith(f"{step.path}/"))
        if total:
            taker = _named(step, parties[step.index])
            made.append(Passage(label=step.label, taker=taker, reached_fen=total, taken_fen=total, rest_fen=0,
                                depth=step.path.count("/")))  # fmt: skip
    return tuple(made)


def _preorder(plan: Plan) -> Iterator[PlanStep]:
    stack = [plan.steps[i] for i in reversed(plan.roots)]
    while stack:
        step = stack.pop()
        yield step
        stack += [plan.steps[i] for i in reversed(step.children)]


def _path(programme: Programme, outcome: Outcome, claim: str, noted: Sequence[Noted]) -> ClaimPath:
    own = [i for i in outcome.increments if i.claim == claim]
    cover = programme.covers.get(own[0].cover or "") if own else None
    borne = {party: int(v) for (c, party), v in outcome.by_claim().items() if c == claim}
    return ClaimPath(
        claim=claim,
        amount_fen=int(outcome.totals()[claim]),
        passages=tuple(_passage(programme, outcome, p) for p in noted if p.reached or p.taken),
        finally_borne=tuple(Taken(p, v) for p, v in borne.items() if v),
        cover=(cover.name or Text.same(str(own[0].cover))) if cover is not None else None,
        at=", ".join(dict.fromkeys(str(i.instant) for i in own)),
        explanation=tuple(explain(outcome, claim)),
    )


def _passage(programme: Programme, outcome: Outcome, noted: Noted) -> Passage:
    step = outcome.plan.steps[noted.step]
    cuts = [c for c in noted.cuts if c.given != c.asked]
    return Passage(
        label=step.label,
        taker=_named(step, noted.parties),
        depth=step.path.count("/"),
        reached_fen=int(noted.reached),
        taken_fen=int(noted.taken) - int(noted.returned),
        rest_fen=int(noted.rest),
        terms=tuple(dict.fromkeys(_terms(programme, outcome, noted))),
        cut=_cut(programme, outcome, cuts[-1]) if cuts else None,
        members=tuple(Taken(p, int(v)) for p, v in noted.parties.items()) if len(noted.parties) > 1 else (),
    )


def _named(step: PlanStep, parties: Collection[str]) -> str:
    """Who a step is, for a picture or line: the one who took where the row names them, nobody for a group."""
    if step.taker is Taker.GROUP:
        return ""
    if step.taker in _SPOKEN or step.taker is Taker.FIELD:
        return next(iter(parties)) if len(parties) == 1 else _SPOKEN.get(step.taker, "party")
    return str(step.party)


def _terms(programme: Programme, outcome: Outcome, noted: Noted) -> Iterator[Text]:
    for stage in noted.stages:
        yield from _stage(programme, outcome, stage)
    if noted.share is not None:
        percent = f"{float(noted.share) * 100:g}%"
        yield Text(f"份额 {percent}", f"share {percent}")


def _stage(programme: Programme, outcome: Outcome, stage: StagePassage) -> Iterator[Text]:
    where, terms = scope_words(programme, stage.scope), stage.terms
    if not terms.reached:
        yield Text(f"未达相对免赔（{where.zh}）", f"below the franchise, {where.en}")
        return
    if terms.attachment:
        above = write_amount(terms.attachment, outcome.scale)
        yield Text(f"超过 {above.zh} 的部分（{where.zh}）", f"above {above.en}, {where.en}")
    if terms.limit is not None:
        limit = write_amount(terms.limit, outcome.scale)
        yield Text(f"以 {limit.zh} 为限（{where.zh}）", f"up to {limit.en}, {where.en}")
    if terms.bands:
        yield Text(f"按档（{where.zh}）", f"in bands, {where.en}")
    if stage.before:
        before = write_amount(stage.before, outcome.scale)
        yield Text(f"此前已有 {before.zh}", f"{before.en} before")
    if stage.together:
        yield Text("与同刻到达者按比例", "pro rata with what arrived together")


def _cut(programme: Programme, outcome: Outcome, cut: Cut) -> Text:
    asked, given = write_amount(cut.asked, outcome.scale), write_amount(cut.given, outcome.scale)
    bound = write_amount(0 if cut.amount is None else cut.amount, outcome.scale)
    match cut.kind:
        case "balance":
            return Text(f"账户只余 {bound.zh}：{asked.zh} 减为 {given.zh}",
                        f"{bound.en} in the account: {asked.en} cut to {given.en}")  # fmt: skip
        case "ceiling":
            return Text(f"账户上限 {bound.zh}：{asked.zh} 减为 {given.zh}",
                        f"ceiling of {bound.en}: {asked.en} cut to {given.en}")  # fmt: skip
        case "booked":
            return Text(f"按已记账的 {given.zh}", f"stands as booked at {given.en}")
        case _:
            where, used = scope_words(programme, cut.scope), write_amount(cut.used, outcome.scale)
            return Text(
                f"封顶 {bound.zh}（{where.zh}，已用 {used.zh}）：{asked.zh} 减为 {given.zh}",
                f"cap {bound.en}, {where.en}, {used.en} used: {asked.en} cut to {given.en}",
            )
