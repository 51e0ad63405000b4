"""Parties of the book: the same company is one party under every programme; names of a version stand for parties."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from quanyu.book import tables as t
from quanyu.book.journal import Journal, reserve
from quanyu.language.programme import Programme

__all__ = ["Person", "ensure_parties", "outside", "programme_parties", "roles_of"]

_KNOWN = frozenset({"insurer", "reinsurer", "government", "bank", "guarantor", "social", "exchange", "mutual"})
"""Kinds of parties that are the same company or office wherever they have the same name."""


@dataclass(frozen=True, slots=True)
class Person:
    """A party to be found or made. code: what identifies it; owner: the code of an account's owner."""

    code: str
    name_zh: str
    name_en: str = ""
    kind: str = "person"
    owner: str | None = None


def ensure_parties(journal: Journal, people: Iterable[Person]) -> dict[str, int]:
    """The ids of parties by their codes; those not in the book are written, in their order.

    Two who write the same party at once get the same id: the second waits for the first. The rows of one call are
    written in the order of their codes, so that two calls do not wait for each other.
    """
    wanted = {person.code: person for person in people}
    known = _known(journal.connection, wanted)
    new = [person for code, person in wanted.items() if code not in known]
    if not new:
        return known
    journal.begin()
    first = reserve(journal.connection, "party_id", len(new))
    ids = known | {person.code: first + n for n, person in enumerate(new)}
    rows = [{**_row(person, ids), "txn_id": journal.txn} for person in new]
    made = insert(t.party).on_conflict_do_nothing(index_elements=["code"]).returning(t.party.c.id)
    rows.sort(key=lambda row: str(row["code"]))
    for number in journal.connection.execute(made, rows).scalars():
        journal.touch("party", int(number))
    return known | _known(journal.connection, {person.code: person for person in new})


def _known(connection: Connection, wanted: Mapping[str, Person]) -> dict[str, int]:
    query = select(t.party.c.code, t.party.c.id).where(t.party.c.code.in_(list(wanted)))
    return {code: int(number) for code, number in connection.execute(query)}


def _row(person: Person, known: Mapping[str, int]) -> dict[str, object]:
    return {
        "id": known[person.code],
        "code": person.code,
        "name_zh": person.name_zh,
        "name_en": person.name_en or person.name_zh,
        "kind": person.kind,
        "owner_id": None if person.owner is None else known[person.owner],
    }


def outside(journal: Journal) -> int:
    """The party that stands for money from and to outside of the book, such as the opening of an account."""
    return ensure_parties(journal, [Person("outside", "账外", "Outside the book", "other")])["outside"]


def programme_parties(programme: Programme) -> dict[str, Person]:
    """The parties and accounts that a programme names, by their names in it."""
    found: dict[str, Person] = {}
    for name, party in programme.parties.items():
        own = f"{programme.programme}/{name}"
        known = party.name is not None and party.kind in _KNOWN
        zh, en = (party.name.zh, party.name.en) if party.name is not None else (name, name)
        found[name] = Person(zh if known else own, zh, en, party.kind)
    for name, account in programme.accounts.items():
        zh, en = (account.name.zh, account.name.en) if account.name is not None else (name, name)
        owner = found[account.owner].code if account.owner in found else None
        found[name] = Person(f"{programme.programme}/{name}", zh, en, "account", owner)
    return found


def roles_of(connection: Connection, version: int) -> dict[str, int]:
    """The parties of the book by the names that a version has for them."""
    query = select(t.party_role.c.name, t.party_role.c.party_id).where(t.party_role.c.version_id == version)
    return {name: int(party) for name, party in connection.execute(query)}
