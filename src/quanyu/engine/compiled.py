"""A programme compiled: its covers, its named quantities, and a plan for each side of each flow it has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from quanyu.cover import Combination, CompiledCover, compile_covers
from quanyu.engine.names import Names, compile_names
from quanyu.engine.rows import kinds_of
from quanyu.language.programme import Programme
from quanyu.language.scalars import FieldType
from quanyu.rating import CompiledRating, compile_rating
from quanyu.terms import Finding, Text
from quanyu.waterfall.compile import FLOWS, compile_flow
from quanyu.waterfall.plan import Plan, PlanRefused

__all__ = ["Compiled", "Side", "compile_programme", "sides_of"]

Side = Literal["from", "to"]


@dataclass(frozen=True)
class Compiled:
    """All that settlement and simulation need of a programme.

    plans: by flow and side; a flow that the programme does not have is not in it.
    """

    programme: Programme
    covers: Mapping[str, CompiledCover]
    combinations: tuple[Combination, ...]
    names: Names
    kinds: Mapping[str, FieldType]
    plans: Mapping[tuple[str, Side], Plan]
    rating: CompiledRating | None


def compile_programme(programme: Programme) -> Compiled | list[Finding]:
    """The programme compiled, or every finding that stands in the way."""
    covers, findings = compile_covers(programme)
    names = compile_names(programme)
    if isinstance(names, list):
        findings = [*findings, *names]
    plans: dict[tuple[str, Side], Plan] = {}
    for flow, side in sides_of(programme):
        try:
            plans[flow, side] = compile_flow(programme, flow, side)
        except PlanRefused as refused:
            findings.append(
                Finding(
                    refused.code,
                    None,
                    Text(f"{refused.path}：{refused.text.zh}", f"{refused.path}: {refused.text.en}"),
                    Text("见参考手册中这一项的说明", "see the page of this finding in the reference"),
                )
            )
    rating = compile_rating(programme)
    if isinstance(rating, list):
        findings = [*findings, *rating]
    if findings or isinstance(names, list) or isinstance(rating, list):
        return findings
    combinations = tuple(Combination(kind, members) for kind, members in programme.combine.items())
    return Compiled(programme, covers, combinations, names, kinds_of(programme), plans, rating)


def sides_of(programme: Programme) -> Iterator[tuple[str, Side]]:
    """The flows a programme has, in the order in which they run, with the sides that are stated or have a default."""
    for flow in FLOWS:
        part = getattr(programme, flow)
        if part is None:
            continue
        if part.from_:
            yield flow, "from"
        if part.to or flow in ("losses", "premium", "recoveries"):
            yield flow, "to"
