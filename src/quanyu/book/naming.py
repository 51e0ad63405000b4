"""The parties of the book that the names in a settled case stand for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from quanyu.book.claims import Claim
from quanyu.book.journal import Journal
from quanyu.book.parties import Person, ensure_parties
from quanyu.book.told import Told
from quanyu.book.versions import Version

__all__ = ["Naming"]

_INSURED = "insured:"


@dataclass
class Naming:
    """Finds the party of a name: one of the programme, the claimant of a claim, or somebody whom only a row names.

    The insured of a claim is its claimant, unless the claim is made by another of the programme's `several`.
    """

    journal: Journal
    version: Version
    told: Mapping[str, Told]
    _others: dict[str, int] = field(default_factory=dict)

    def prepare(self, names: Iterable[tuple[str, str]]) -> None:
        """Writes parties that the book does not have. names: of claims (their numbers) and parties."""
        unknown = {name for claim, name in names if self._known(claim, name) is None and name not in self._others}
        if unknown:
            people = {
                name: Person(f"{self.version.code}/{name}", name.removeprefix(_INSURED)) for name in sorted(unknown)
            }
            ids = ensure_parties(self.journal, people.values())
            self._others |= {name: ids[person.code] for name, person in people.items()}

    def party(self, claim: str, name: str) -> int:
        """The party of a name that was prepared."""
        known = self._known(claim, name)
        return self._others[name] if known is None else known

    def _known(self, claim: str, name: str) -> int | None:
        if name in self.version.roles:
            return self.version.roles[name]
        told = self.told.get(claim)
        if told is None:
            return None
        row: Claim = told.claim
        if name == str(row.keys.get("claimant", "")):
            return row.claimant_id
        if name.startswith(_INSURED) and "claimant" not in row.keys:
            return row.claimant_id
        return None
