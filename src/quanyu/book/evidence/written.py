"""SQL that writes rows as a record has them, so that the server lays out the text and whoever verifies only hashes."""

import json
from collections.abc import Mapping, Sequence

from quanyu.book.evidence.stated import Rows

__all__ = ["act_select", "joined", "plain_json", "rows_select", "unlogged_select"]

_HOW: Mapping[str, str] = {
    "number": "{}::text",
    "text": "to_json({})::text",
    "day": "'\"' || to_char({}, 'YYYY-MM-DD') || '\"'",
    "time": "'\"' || to_char({} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') || '\"'",
    "hex": "'\"' || encode({}, 'hex') || '\"'",
    "numbers": "'[' || array_to_string({}, ',') || ']'",
    "texts": "array_to_json({})::text",
    "hexes": "'[' || (select coalesce(string_agg('\"' || encode(one, 'hex') || '\"', ',' order by place), '')"
    " from unnest({}) with ordinality as u(one, place)) || ']'",
}


def _laid_out(columns: Mapping[str, str]) -> list[str]:
    """Expressions that one after another are the row: texts, between them JSON as the server has it."""
    found: list[str] = []
    texts: list[str] = []
    for place, name in enumerate(sorted(columns)):
        texts.append(f"'{',' if place else '{'}\"{name}\":'")
        if columns[name] == "json":
            found += [" || ".join(texts), f"r.{name}::text"]
            texts = []
        else:
            texts.append(f"coalesce({_HOW[columns[name]].format(f'r.{name}')}, 'null')")
    return [*found, " || ".join([*texts, "'}'"])]


def rows_select(rows: Rows) -> str:
    """Subject, transaction and the pieces of each row, in the order of a record; rows without JSON come as one text
    for each record. Two arrays say which records."""
    pieces = _laid_out(rows.columns)
    # By an index for each record: a join would read the whole table for every block where statistics are not yet made.
    wanted = "unnest(%s::bigint[], %s::bigint[]) as w(subject, txn)"
    own = f"from {rows.table} r where r.{rows.subject} = w.subject and r.txn_id = w.txn and {rows.only or 'true'}"
    if len(pieces) == 1:
        listed = f"select string_agg({pieces[0]}, ',' order by r.{rows.order}) as listed {own}"
        return f"select subject, txn, listed from {wanted}, lateral ({listed}) r where listed is not null"
    names = ", ".join(f"p{n}" for n in range(len(pieces)))
    each = ", ".join(f"{piece} as p{n}" for n, piece in enumerate(pieces))
    return (
        f"select subject, txn, {names} from {wanted}, lateral (select {each}, r.{rows.order} as place {own} offset 0) r"
        " order by subject, txn, place"
    )


def act_select(columns: Mapping[str, str]) -> str:
    """Id and text of the heads of transactions. An array says which."""
    return f"select r.id, {', '.join(_laid_out(columns))} from txn r where r.id = any(%s::bigint[])"


def unlogged_select(kind: str, tables: Sequence[Rows]) -> str:
    """Subject and transaction of rows that no leaf speaks of. Of `txn`, also transactions without any leaf."""
    each = [f"select {r.subject} as subject, txn_id from {r.table} r where {r.only or 'true'}" for r in tables]
    missing = (
        f"select distinct subject, txn_id from ({' union all '.join(each)}) r where not exists"
        f" (select from leaf l where l.kind = '{kind}' and l.subject = r.subject and l.txn_id = r.txn_id)"
    )
    if kind == "txn":
        missing += " union select id, id from txn where not exists (select from leaf l where l.txn_id = txn.id)"
    return f"{missing} order by 1, 2"


def joined(pieces: Sequence[str]) -> str:
    """A row from its pieces: every other one is JSON as the server has it."""
    if len(pieces) == 1:
        return pieces[0]
    return "".join(plain_json(piece) if place % 2 else piece for place, piece in enumerate(pieces))


def plain_json(text: str | None) -> str:
    """JSON in the one way in which a record writes it; what no record could hold stays as it stands."""
    if text is None:
        return "null"
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except (ValueError, RecursionError):
        return text
