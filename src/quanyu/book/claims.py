"""Claims: notice, the row of a claim, what has become of it, its closing and reopening."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, func, literal, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.journal import Journal, reserve
from quanyu.book.occurrences import occurrence_id
from quanyu.book.parties import Person, ensure_parties
from quanyu.book.standing import Policy, find_policy
from quanyu.book.versions import Library, Version, versions_of
from quanyu.engine.rows import RowUnreadable, read_row
from quanyu.language.programme import Case, spelled
from quanyu.settlement.binding import in_force
from quanyu.settlement.stated import misstated
from quanyu.terms import Finding, Text

__all__ = [
    "Claim",
    "Notice",
    "Standing",
    "add_event",
    "add_events",
    "bound_version",
    "check_values",
    "locked",
    "notify",
    "standing_of",
]

_OWN = ("claim", "occurred", "reported")


@dataclass(frozen=True)
class Notice:
    """A loss as it is told. keys: cover, event, insured and whatever else is said with it, as written.

    claimant: who claims; the policy's holder where it is not said. version: the date of the version it is held to,
    where the dates of the claim are not to choose it. number: what the claim is known by, if not a new number.
    """

    programme: str
    occurred: dt.date
    reported: dt.date
    claimant: Person | None = None
    policy: str | None = None
    occurrence: str | None = None
    keys: Mapping[str, Any] = field(default_factory=dict)
    version: dt.date | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The row of a claim."""

    id: int
    number: str
    version_id: int
    policy_id: int | None
    occurrence_id: int | None
    claimant_id: int
    occurred: dt.date
    reported: dt.date
    keys: Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """What has become of a claim. decision: the last one (`accepted` or `declined`) with its body."""

    events: int
    decision: str | None
    body: Mapping[str, Any]
    closed: bool


def notify(journal: Journal, library: Library, notice: Notice) -> Claim:
    """Writes a claim under the version that binds it.

    Raises Refused: `reported-before-occurred`, `unknown-policy`, `unknown-programme`, `unknown-occurrence`,
    `no-version-in-force`, `claimant-missing`, `number-taken`, and what `check_values` finds.
    """
    if notice.reported < notice.occurred:
        raise Refused(_too_early(notice))
    if notice.number is not None and _taken_before(journal.connection, notice.number):
        raise Refused(_number_taken(notice.number))
    policy = _policy(journal.connection, notice)
    version = bound_version(journal.connection, library, notice, policy)
    check_values(version, notice.keys)
    occurrence = None if notice.occurrence is None else occurrence_id(journal.connection, notice.occurrence)
    keys = dict(notice.keys)
    if notice.occurrence is not None:
        keys.setdefault("event", notice.occurrence)
    number = reserve(journal.connection, "claim_id")
    claim = Claim(
        id=number,
        number=notice.number or f"C{number:08d}",
        version_id=version.id,
        policy_id=None if policy is None else policy.id,
        occurrence_id=occurrence,
        claimant_id=_claimant(journal, notice, policy),
        occurred=notice.occurred,
        reported=notice.reported,
        keys=keys,
    )
    journal.write(t.claim, [{name: getattr(claim, name) for name in Claim.__dataclass_fields__}])
    add_event(journal, claim, "notified", {})
    return claim


def check_values(version: Version, values: Mapping[str, Any]) -> None:
    """Values of a claim under names that the programme knows, of their types.

    Raises Refused: `unknown-column`, `unknown-cover`, `wrong-value`.
    """
    title = {"zh": "赔案", "en": "claim"}
    case = Case.model_validate({"case": title, "programme": version.code, "rows": [dict(values)]})
    findings = misstated(version.programme, case)
    findings += [_taken(name) for name in _OWN if name in values]
    cover = values.get("cover")
    if cover is not None and str(cover) not in version.programme.covers:
        reason = Text(f"没有责任“{cover}”", f"there is no cover `{cover}`")
        known = ", ".join(version.programme.covers)
        findings.append(Finding("unknown-cover", None, reason, Text(f"写其中之一：{known}", f"write one of {known}")))
    if not findings:
        try:
            read_row(spelled(dict(values)), version.compiled.kinds)
        except RowUnreadable as unreadable:
            findings.append(unreadable.finding)
    if findings:
        raise Refused(*findings)


def locked(connection: Connection, number: str) -> Claim:
    """A claim by its number; nobody else works on it before the transaction ends. Raises Refused: `unknown-claim`."""
    row = connection.execute(select(t.claim).where(t.claim.c.number == number).with_for_update()).mappings().first()
    if row is None:
        reason = Text(f"账簿里没有赔案“{number}”", f"the book has no claim `{number}`")
        raise Refused(Finding("unknown-claim", None, reason, Text("核对赔案号", "look at the number")))
    return Claim(**{name: row[name] for name in Claim.__dataclass_fields__})


def standing_of(connection: Connection, claim: Claim) -> Standing:
    """What has become of a claim so far."""
    e = t.claim_event.c
    events = connection.execute(select(e.kind, e.body).where(e.claim_id == claim.id).order_by(e.seq)).all()
    decisions = [(kind, body) for kind, body in events if kind in ("accepted", "declined")]
    ends = [kind for kind, _ in events if kind in ("closed", "reopened")]
    kind, body = decisions[-1] if decisions else (None, {})
    return Standing(len(events), kind, body, ends[-1:] == ["closed"])


def add_event(journal: Journal, claim: Claim, kind: str, body: Mapping[str, Any], *, after: int | None = None) -> None:
    """The next event of a claim, which is locked or new.

    after: the events that were there when what is written was found. Another claim's settlement, which holds no lock on
    this one, may have come between: the act then meets its key, and is done again.
    """
    e, last = t.claim_event.c, after
    if last is None:
        last = journal.connection.execute(select(func.max(e.seq)).where(e.claim_id == claim.id)).scalar() or 0
    journal.write(t.claim_event, [{"claim_id": claim.id, "seq": last + 1, "kind": kind, "body": dict(body)}])
    journal.touch("claim", claim.id)


def add_events(journal: Journal, claims: Sequence[int], kind: str, body: Mapping[str, Any]) -> None:
    """The same next event of many claims that nobody else settles now."""
    if not claims:
        return
    e = t.claim_event.c
    query = select(e.claim_id, func.max(e.seq)).where(e.claim_id == func.any(literal(list(claims), ARRAY(BigInteger))))
    last = journal.connection.execute(query.group_by(e.claim_id)).all()
    rows = [{"claim_id": claim, "seq": seq + 1, "kind": kind, "body": dict(body)} for claim, seq in last]
    journal.write(t.claim_event, rows)
    for claim in claims:
        journal.touch("claim", claim)


def _policy(connection: Connection, notice: Notice) -> Policy | None:
    return None if notice.policy is None else find_policy(connection, notice.policy)


def bound_version(connection: Connection, library: Library, notice: Notice, policy: Policy | None = None) -> Version:
    """The policy's version, else the one that is named, else the one that binds by the dates of the claim.

    Raises Refused: `unknown-programme`, `no-version-in-force`, `unknown-policy` for one of another programme.
    """
    if policy is not None:
        own = library.version(connection, policy.version_id)
        if notice.programme not in ("", own.code):
            raise Refused(_of_another(policy, own, notice))
        return own
    known = [library.version(connection, one) for one in versions_of(connection, notice.programme)]
    if notice.version is not None:
        known = [one for one in known if one.version == notice.version]
    if not known:
        raise Refused(_unknown_programme(notice))
    if notice.version is not None:
        return known[0]
    dates = {"occurred": notice.occurred.isoformat(), "reported": notice.reported.isoformat()}
    row = spelled({**notice.keys, **dates})
    found = in_force([one.programme for one in known], row)
    if isinstance(found, Finding):
        raise Refused(found)
    return known[found]


def _claimant(journal: Journal, notice: Notice, policy: Policy | None) -> int:
    if notice.claimant is not None:
        return ensure_parties(journal, [notice.claimant])[notice.claimant.code]
    if policy is not None:
        return policy.holder_id
    reason = Text("没有保单，也没有写索赔人", "there is neither a policy nor a claimant")
    raise Refused(Finding("claimant-missing", None, reason, Text("写明索赔人", "say who claims")))


def _taken_before(connection: Connection, number: str) -> bool:
    return connection.execute(select(t.claim.c.id).where(t.claim.c.number == number)).first() is not None


def _number_taken(number: str) -> Finding:
    return Finding(
        "number-taken",
        None,
        Text(f"赔案号 {number} 已用", f"there is a claim {number} already"),
        Text("换一个赔案号，或不写", "choose another number, or none"),
    )


def _too_early(notice: Notice) -> Finding:
    return Finding(
        "reported-before-occurred",
        None,
        Text(
            f"报案日 {notice.reported} 早于出险日 {notice.occurred}",
            f"reported on {notice.reported}, before it occurred on {notice.occurred}",
        ),
        Text("改正日期", "correct the dates"),
    )


def _of_another(policy: Policy, version: Version, notice: Notice) -> Finding:
    return Finding(
        "unknown-policy",
        None,
        Text(
            f"保单 {policy.number} 属于方案 {version.code}，不是 {notice.programme}",
            f"policy {policy.number} is of the programme {version.code}, not of {notice.programme}",
        ),
        Text("核对保单号与方案", "look at the policy's number and at the programme"),
    )


def _unknown_programme(notice: Notice) -> Finding:
    name = notice.programme if notice.version is None else f"{notice.programme} {notice.version}"
    return Finding(
        "unknown-programme",
        None,
        Text(f"没有发布过方案“{name}”", f"no programme `{name}` is published"),
        Text("先发布它，或改正名称", "publish it first, or correct the name"),
    )


def _taken(name: str) -> Finding:
    return Finding(
        "unknown-column",
        None,
        Text(f"{name} 由赔案自己记，不能写在其中", f"`{name}` is the claim's own and is not written among its values"),
        Text("删去它", "delete it"),
    )
