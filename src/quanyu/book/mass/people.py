"""The parties that a block of rows names: those the book has by their codes, and those that are new with it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import ARRAY, Text, func, literal, select

from quanyu.book import tables as t
from quanyu.book.charging import holds
from quanyu.book.journal import Journal, reserve
from quanyu.book.parties import Person, ensure_parties
from quanyu.book.versions import Version

__all__ = ["Named", "People", "holders"]

Ids = NDArray[np.int64]

PARTY = {
    "id": pl.Int64,
    "code": pl.String,
    "name_zh": pl.String,
    "name_en": pl.String,
    "kind": pl.String,
    "owner_id": pl.Int64,
}


@dataclass(frozen=True)
class People:
    """The party of every row, and the rows of the table `party` that are new."""

    ids: Ids
    new: pl.DataFrame


def holders(journal: Journal, frame: pl.DataFrame) -> People:
    """The holders of a block: by `holder_id`, which identifies them, or by their name where there is none."""
    named = frame.select(pl.coalesce("holder_id", "holder").alias("code"), pl.col("holder").alias("name_zh"))
    people = named.unique("code", keep="first", maintain_order=True)
    known = _known(journal, people["code"].to_list())
    new = people.filter(~pl.col("code").is_in(list(known)))
    made = _made(journal, new)
    old = pl.DataFrame({"code": list(known), "id": list(known.values())}, schema=_CODES)
    both = pl.concat([old, made.select("code", "id")])
    ids = named.join(both, on="code", how="left", maintain_order="left")["id"].to_numpy()
    return People(ids, made)


_REMEMBERED = 100_000

_CODES = {"code": pl.String, "id": pl.Int64}


def _known(journal: Journal, codes: Iterable[str]) -> dict[str, int]:
    """The ids of those that the book has; an act asks for each once, as long as they are not very many."""
    asked = list(codes)
    if len(journal.parties) > _REMEMBERED:
        journal.parties.clear()
    unasked = [code for code in asked if code not in journal.parties]
    query = select(t.party.c.code, t.party.c.id).where(t.party.c.code == func.any(literal(unasked, ARRAY(Text))))
    journal.parties |= {code: int(number) for code, number in journal.connection.execute(query)}
    return {code: journal.parties[code] for code in asked if code in journal.parties}


def _made(journal: Journal, new: pl.DataFrame) -> pl.DataFrame:
    first = reserve(journal.connection, "party_id", new.height) if new.height else 0
    return new.select(
        pl.Series("id", np.arange(first, first + new.height), dtype=pl.Int64),
        "code",
        "name_zh",
        pl.col("name_zh").alias("name_en"),
        kind=pl.lit("person"),
        owner_id=pl.lit(None, pl.Int64),
    )


@dataclass
class Named:
    """The parties that names in a flow stand for, a row each: roles of the version, holders, and whom a field names."""

    journal: Journal
    version: Version
    holder: Ids
    kept: pl.DataFrame

    def __call__(self, name: str, by: bool) -> Ids:
        """Shape (rows,), or () where it is one party for all. by: the column of that name says who."""
        if by:
            return self._column(name)
        if holds(self.version, name):
            return self.holder
        return np.array(self.version.roles[name], np.int64)

    def _column(self, name: str) -> Ids:
        values = self.kept[name]
        known = self.version.roles
        named = {value: Person(f"{self.version.code}/{value}", value) for value in values.unique().drop_nulls().sort()}
        new = {value: person for value, person in named.items() if value not in known}
        ids = ensure_parties(self.journal, new.values()) if new else {}
        parties = {**{value: ids[person.code] for value, person in new.items()}, **known}
        return values.replace_strict(parties, default=None, return_dtype=pl.Int64).to_numpy()
