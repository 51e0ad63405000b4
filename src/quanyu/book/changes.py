"""What a new version changes in the one before: each difference safe, needing migration, or refused, and why.

Policies keep their version where it binds by attachment; where it binds by occurrence or by report, a new version binds
what happens under policies that are in force. That decides between safe and migration. What makes rows of the book
mean something else is refused.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from quanyu.book.differing import Path, differences
from quanyu.book.live import Live
from quanyu.language.flows import Step
from quanyu.language.programme import Programme
from quanyu.settlement.binding import basis_of
from quanyu.terms import Finding, Text

__all__ = ["Change", "Rank", "classified", "refused_changes"]


class Rank(StrEnum):
    """How much a difference asks for."""

    SAFE = "safe"
    MIGRATION = "needs migration"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Change:
    """A difference: where, what it was, what it is, how it ranks, and why."""

    path: str
    before: str
    after: str
    rank: Rank
    reason: Text

    def record(self) -> dict[str, Any]:
        """As it is kept with the version."""
        reason = {"zh": self.reason.zh, "en": self.reason.en}
        return {"path": self.path, "before": self.before, "after": self.after, "rank": self.rank, "reason": reason}


_WORDS = frozenset({"name", "source", "sources", "note", "title"})
_BESIDE: Mapping[str, Text] = {
    "examples": Text("算例不牵动任何金额", "examples move no amount"),
    "illustrative": Text("标明哪些数字没有出处，不牵动金额", "says which numbers have no source; moves no amount"),
    "assumptions": Text("假设只用于定价与模拟，不用于结算", "they price and simulate; nothing is settled by them"),
    "excludes": Text("只关乎新业务", "about new business alone"),
    "proceeds": Text("照录，不牵动金额", "kept as stated; moves no amount"),
    "option": Text("照录，不牵动金额", "kept as stated; moves no amount"),
    "family": Text("归类，不牵动金额", "a class; moves no amount"),
    "conventions": Text("照录的历法", "a calendar kept as stated"),
    "version": Text("版本的日期", "the date of the version"),
    "sees": Text("各方在新版下看到什么", "what parties see under the new version"),
    "must": Text("只问新的投保", "asked of new risks alone"),
    "underwriting": Text("只问新的投保", "asked of new risks alone"),
    "stop": Text("只关乎新业务", "about new business alone"),
    "promises": Text("对此后通知的案件的承诺", "promised to claims noticed from then on"),
}
_IDENTITY: Mapping[str, Text] = {
    "programme": Text("方案的身份不能变", "the identity of a programme cannot change"),
    "currency": Text("账簿里的金额以原货币计", "amounts of the book are counted in the old one"),
    "unit": Text("账簿里的数以原单位计", "amounts of the book are counted in the old one"),
}


def classified(before: Programme, after: Programme, live: Live) -> list[Change]:
    """Every difference, ranked. live: what there is from the new version's first day on."""
    ranking = _Ranking(before, after, live)
    found = differences(before, after)
    return [Change(".".join(path), old, new, *ranking.of(path, old, new)) for path, old, new in found]


def refused_changes(code: str, changes: list[Change]) -> list[Finding]:
    """A finding for every change that is refused."""
    remedy = Text("作为另一个方案发布，或撤去这一改动", "publish another programme, or take this change back")
    return [
        Finding(
            "change-refused",
            None,
            Text(f"{code} {one.path}：{one.reason.zh}", f"{code} {one.path}: {one.reason.en}"),
            remedy,
        )
        for one in changes
        if one.rank is Rank.REFUSED
    ]


def _is_text(path: Path) -> bool:
    """Whether a path leads to a name or a source, and not to something that somebody called so."""
    inner = path[:-1] if path[-1] in ("zh", "en") else path
    declared = len(inner) == 2 or (inner[:2] == ("insured", "fields") and len(inner) == 3)
    return inner[-1] in _WORDS and not declared


def _of_a_period(programme: Programme) -> set[str]:
    """Labels of steps whose attachments, limits or caps run on in a period, beyond one claim, event or policy."""
    kept = {"policy", "insured"} if basis_of(programme) == "attaching" else set()
    flows = [flow for flow in (programme.losses, programme.premium, programme.recoveries) if flow is not None]
    return set(_running([step for flow in flows for step in (*flow.from_, *flow.to)], {"claim", "event", *kept}))


def _running(steps: Iterable[Step], ended: set[str]) -> Iterator[str]:
    for step in steps:
        if {scope for scope, _ in (*step.attachment, *step.limit, *step.cap)} - ended:
            yield step.label
        yield from _running((*(step.tower or ()), *(step.steps or ())), ended)


@dataclass(frozen=True)
class _Ranking:
    before: Programme
    after: Programme
    live: Live

    def of(self, path: Path, old: str, new: str) -> tuple[Rank, Text]:
        """The rank of one difference, with its reason: the first rule that speaks."""
        if path[0] in _IDENTITY:
            return Rank.REFUSED, _IDENTITY[path[0]]
        if path[0] == "period":
            return self._period(path)
        if path[0] == "version" and self.after.period.since is None:
            return self._first_day(self.after.version, basis_of(self.after))
        if _is_text(path):
            return Rank.SAFE, Text("文字与出处不牵动金额", "texts and sources move no amount")
        if path[0] in _BESIDE:
            return Rank.SAFE, _BESIDE[path[0]]
        return next(self._named(path, old, new), None) or self._terms()

    def _named(self, path: Path, old: str, new: str) -> Iterator[tuple[Rank, Text]]:
        """Parties, accounts and fields that come, go or turn into something else."""
        if path[0] in ("parties", "accounts") and len(path) == 2:
            yield self._party(path[1], old, new)
        elif path[0] == "accounts" and path[-1] == "opening":
            yield (
                Rank.MIGRATION,
                Text("账户已有的钱不随期初改变，差额须另记", "an account keeps the money it has; book the difference"),
            )
        elif path[:2] == ("insured", "fields") and len(path) >= 3:
            yield from self._field(path[2], old, new, gone=len(path) == 3 and not new)

    def _party(self, name: str, old: str, new: str) -> tuple[Rank, Text]:
        open_fen = self.live.balances.get(name, 0)
        if old and not new and open_fen:
            amount = f"{open_fen / 100:,.2f}"
            return Rank.REFUSED, Text(f"{name} 还有未结清的 {amount}", f"{name} still has {amount} open")
        if old and not new:
            return Rank.SAFE, Text(f"{name} 没有未结清的款项", f"nothing is open with {name}")
        return Rank.SAFE, Text(f"{name} 是新的", f"{name} is new")

    def _field(self, name: str, old: str, new: str, *, gone: bool) -> Iterator[tuple[Rank, Text]]:
        if name in self.live.fields and gone:
            yield Rank.REFUSED, Text(f"有效保单用到字段 {name}", f"policies in force use the field {name}")
        elif name in self.live.fields and old and new:
            yield (
                Rank.MIGRATION,
                Text(
                    f"有效保单用到字段 {name}，续保时要按新的类型读",
                    f"policies in force use {name}; renewals read it anew",
                ),
            )
        elif old or new:
            yield Rank.SAFE, Text(f"没有有效保单用到 {name}", f"no policy in force uses {name}")

    def _terms(self) -> tuple[Rank, Text]:
        basis, live = basis_of(self.after), self.live
        first = self.after.period.since or self.after.version
        if basis == "attaching":
            return Rank.SAFE, Text(
                f"保单依其起保时的版本；只约束 {first} 起的新保单",
                f"policies keep the version they began under; it binds those that begin from {first} on",
            )
        happened = live.reported if basis == "claims-made" else live.occurred
        if not live.policies and not happened and not live.open_claims:
            return Rank.SAFE, Text("没有有效保单或未结赔案", "no policy in force and no open claim is touched")
        return Rank.MIGRATION, Text(
            f"按出险（或报案）日约束：自 {first} 起牵动 {live.policies} 张有效保单、{happened + live.open_claims} 件案",
            f"binds by the day of loss or report: from {first} on it touches {live.policies} policies in force and "
            f"{happened + live.open_claims} claims",
        )

    def _period(self, path: Path) -> tuple[Rank, Text]:
        after, live = self.after, self.live
        first, basis = after.period.since or after.version, basis_of(after)
        if path[-1] == "basis" or basis != basis_of(self.before):
            rank = Rank.MIGRATION if live.policies or live.open_claims else Rank.SAFE
            return rank, Text("哪一版约束，改按另一日期", "which version binds goes by another date")
        if path[-1] == "from":
            return self._first_day(first, basis)
        return self._terms()

    def _first_day(self, first: dt.date, basis: str) -> tuple[Rank, Text]:
        live = self.live
        happened = live.reported if basis == "claims-made" else live.occurred
        if basis != "attaching" and happened:
            return Rank.REFUSED, Text(
                f"{first} 起已有 {happened} 件赔案记在前一版下", f"{happened} claims from {first} on are booked already"
            )
        if basis != "attaching" and live.closed is not None and first <= live.closed:
            return Rank.REFUSED, Text(
                f"账簿已关至 {live.closed}，不能自 {first} 起改", f"the books are closed through {live.closed}"
            )
        if (first.month, first.day) != (1, 1) and (shared := sorted(_of_a_period(self.after))):
            return Rank.MIGRATION, Text(
                f"{first.year} 年度从 {first} 起换版：{'、'.join(shared)} 的年度额度重新计，前一版已用的不计入",
                f"{first.year} goes on under another version from {first} on: what {', '.join(shared)} may take of it "
                "begins anew, whatever was taken before",
            )
        if live.started:
            return Rank.MIGRATION, Text(
                f"{live.started} 张起期在 {first} 及以后的保单已依前一版出单",
                f"{live.started} policies that begin on or after {first} were issued under the version before",
            )
        return Rank.SAFE, Text(f"{first} 起没有记过业务", f"nothing is booked from {first} on")
