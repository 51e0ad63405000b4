"""Issuing: an accepted quote becomes a policy with its first segment and the premium that is due."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.charging import Risk, charge, named_in
from quanyu.book.dating import own_days
from quanyu.book.earning import Fields
from quanyu.book.excluding import must_not_be_elsewhere
from quanyu.book.journal import Journal, reserve
from quanyu.book.ledger import booked, difference
from quanyu.book.parties import Person, ensure_parties
from quanyu.book.queueing import lock_programme, queue_of
from quanyu.book.quotes import Quote, add_event, find_quote
from quanyu.book.standing import Policy, find_policy, term_of
from quanyu.book.stopping import must_take_business
from quanyu.book.underwriting import ACCEPTED, must_be_open
from quanyu.book.versions import Library, Version
from quanyu.terms import Finding, Text

__all__ = ["Issue", "issue", "recharge", "write_policy"]


@dataclass(frozen=True, slots=True)
class Issue:
    """A policy to be written. premium: of its first segment, in fen. number: made where None. payer_id: the
    party that `insured` stands for in the premium, where it is not the holder. issued_on: the day of the books where
    None."""

    version: Version
    holder_id: int
    valid_from: dt.date
    valid_to: dt.date
    fields: Mapping[str, str]
    premium: int
    kind: str = "policy"
    number: str | None = None
    master_id: int | None = None
    predecessor_id: int | None = None
    quote_id: int | None = None
    payer_id: int | None = None
    issued_on: dt.date | None = None


def issue(
    journal: Journal, library: Library, number: str, *, holder: Person | None = None, policy: str | None = None
) -> Policy:
    """The policy of an accepted quote. holder: where the quote names none. policy: its number.

    Raises Refused: `not-accepted`, `quote-used`, `quote-expired`, `holder-missing`, `number-taken`,
    `closed-to-new-business`, `covered-elsewhere`.
    """
    one = find_quote(journal.connection, number, lock=True)
    must_be_open(journal, one)
    _accepted(one)
    version = library.version(journal.connection, one.version_id)
    lock_programme(journal, version)
    must_take_business(journal, version)
    holder_id = one.holder_id if holder is None else ensure_parties(journal, [holder])[holder.code]
    if holder_id is None:
        raise Refused(
            Finding(
                "holder-missing",
                None,
                Text(f"报价 {number} 没有投保人", f"quote {number} names no holder"),
                Text("写明投保人：--holder", "name the holder: --holder"),
            )
        )
    renewed = one.event("renews")
    made = write_policy(
        journal,
        Issue(
            version=version,
            holder_id=holder_id,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            fields=one.fields,
            premium=one.premium,
            number=policy,
            predecessor_id=None if renewed is None else renewed.body["policy_id"],
            quote_id=one.id,
        ),
    )
    must_not_be_elsewhere(journal, library, version, made.id)
    add_event(journal, one, "issued", {"policy": made.number})
    return made


def _accepted(one: Quote) -> None:
    decided = one.event("accepted", "approved", "declined", "referred", "proposed", "rejected")
    if decided is None or decided.kind not in ACCEPTED:
        state = "none" if decided is None else decided.kind
        raise Refused(
            Finding(
                "not-accepted",
                None,
                Text(f"报价 {one.number} 尚未承保（{state}）", f"quote {one.number} is not accepted ({state})"),
                Text("先核保，需要时由另一人复核", "underwrite it, and let a second person approve it where needed"),
            )
        )


def write_policy(journal: Journal, new: Issue) -> Policy:
    """A policy with its first segment and what is due for it. Raises Refused (`number-taken`)."""
    version = new.version
    lock_programme(journal, version)
    policy_id = reserve(journal.connection, "policy_id")
    number = new.number or f"{version.code}-{new.valid_from.year}-{policy_id}"
    if journal.connection.execute(select(t.policy.c.id).where(t.policy.c.number == number)).first() is not None:
        raise Refused(
            Finding(
                "number-taken",
                None,
                Text(f"保单号 {number} 已用", f"there is a policy {number} already"),
                Text("换一个保单号，或不写", "choose another number, or none"),
            )
        )
    issued = new.issued_on or journal.booked_on
    fields = {**new.fields, **own_days(version, attached=new.valid_from, issued=issued)}
    risk = Risk(
        number, new.payer_id or new.holder_id, new.valid_from, issued, fields, new.premium, policy_id,
        _named(journal, version, fields),
    )  # fmt: skip
    due = charge(version, risk, queue_of(journal, version, risk, new.premium))
    leader = version.leader_id
    parties = {new.holder_id, *(p for m in due for p in (m.payer_id, m.receiver_id))} | ({leader} - {None})
    row = {name: getattr(new, name) for name in ("kind", "holder_id", "master_id", "predecessor_id", "quote_id")}
    row |= {"id": policy_id, "number": number, "version_id": version.id, "leader_id": leader}
    journal.write(t.policy, [{**row, "parties": sorted(parties), "issued_on": issued}])
    first = {name: getattr(new, name) for name in ("valid_from", "valid_to", "premium")}
    first |= {"policy_id": policy_id, "seq": 1, "kind": "issue", "state": "in force", "fields": fields}
    journal.write(t.segment, [first])
    journal.touch("policy", policy_id)
    journal.move(*due)
    return find_policy(journal.connection, policy_id)


def recharge(journal: Journal, version: Version, policy: Policy, *, added: int, fields: Fields) -> None:
    """Books what a changed premium moves between the parties: what should be due less what stands.

    added: what segments not yet written add to the premium, in fen.
    """
    lock_programme(journal, version)
    master = None if policy.master_id is None else find_policy(journal.connection, policy.master_id)
    risk = Risk(
        policy.number, policy.holder_id if master is None else master.holder_id, term_of(policy)[0], policy.issued_on,
        fields, policy.premium + added, policy.id, _named(journal, version, fields),
    )  # fmt: skip
    wanted = charge(version, risk, queue_of(journal, version, risk, added))
    c = t.transfer.c
    stands = booked(
        journal.connection, c.policy_id == policy.id, c.claim_id.is_(None), c.flow == "premium", c.stage == "due"
    )
    moves = difference(wanted, stands)
    _introduce(journal, policy, {party for m in moves for party in (m.payer_id, m.receiver_id)} - {*policy.parties})
    journal.move(*moves)


def _introduce(journal: Journal, policy: Policy, parties: set[int]) -> None:
    """Writes parties that were none of the policy's when it was issued, so that they see it."""
    if not parties:
        return
    c = t.policy_party.c
    known = journal.connection.execute(select(c.party_id).where(c.policy_id == policy.id)).scalars()
    journal.write(t.policy_party, [{"policy_id": policy.id, "party_id": p} for p in sorted(parties - {*known})])
    journal.touch("policy", policy.id)


def _named(journal: Journal, version: Version, fields: Fields) -> Mapping[str, int]:
    people = {
        name: Person(f"{version.code}/{name}", name)
        for name in sorted(named_in(version, fields) - version.roles.keys())
    }
    ids = ensure_parties(journal, people.values()) if people else {}
    return {name: ids[person.code] for name, person in people.items()}
