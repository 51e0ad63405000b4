"""What rows refer to has to be there: one check for all rows of a statement, ids together or apart."""

import datetime as dt
from collections.abc import Sequence

import psycopg
import pytest

DAY = dt.date(2026, 6, 30)
HEAD = "insert into txn values (1, 'test', 'clerk', '', '2026-06-30', now(), null)"
PARTIES = "insert into party select n, 'p' || n, 'p', 'p', 'person', null, 1 from generate_series(1, 3) n"
PROGRAMME = "insert into programme values (1, 'x', 1)"
VERSION = (
    "insert into programme_version "
    "values (1, 1, '2026-01-01', '2026-01-01', null, 'attaching', 'x', 'x', '', '', '[]', 1)"
)
POLICY = (
    "insert into policy select n, 'q' || n, 1, 'policy', 1, null, '{1}', null, null, null, '2026-06-30', 1 "
    "from unnest(%s::bigint[]) n"
)
TRANSFER = (
    "insert into transfer select row_number() over (), 1, 'due', 'premium', 'x', 1, 2, 100, 'CNY', "
    "date '2026-06-30', 1, n, null from unnest(%s::bigint[]) n"
)
SEGMENT = (
    "insert into segment select n, 1, 'issue', 'in force', date '2026-01-01', date '2027-01-01', '{}', 100, 1 "
    "from unnest(%s::bigint[]) n"
)
KNOWN = [*range(100, 110), 5_000_000]


@pytest.fixture
def connection(database_url: str) -> psycopg.Connection[tuple[object, ...]]:
    made = psycopg.connect(database_url)
    for statement in (HEAD, PARTIES, PROGRAMME, VERSION):
        made.execute(statement.encode())
    made.execute(POLICY.encode(), [KNOWN])
    made.commit()
    return made


@pytest.mark.parametrize(
    "policies",
    [[100], [100, 101, 102], KNOWN, [5_000_000, 100], [100, 100, 100], [103, 101, None], [None], [101, 103, 103, 105]],
)
@pytest.mark.parametrize("statement", [TRANSFER, SEGMENT])
def test_what_is_there(
    connection: psycopg.Connection[tuple[object, ...]], statement: str, policies: Sequence[int | None]
) -> None:
    given = policies if statement == TRANSFER else sorted({one for one in policies if one is not None})
    done = connection.execute(statement.encode(), [given])
    assert done.rowcount == len(given)


@pytest.mark.parametrize(
    "policies",
    [
        [99],
        [99, 100],
        [109, 110],
        [100, 101, 110],
        [*range(95, 115)],
        [100, 4_999_999, 5_000_000],
        [7, 5_000_000],
        [110],
    ],
)
@pytest.mark.parametrize("statement", [TRANSFER, SEGMENT])
def test_what_is_not_there(
    connection: psycopg.Connection[tuple[object, ...]], statement: str, policies: Sequence[int]
) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute(statement.encode(), [policies])


@pytest.mark.parametrize(
    ("column", "value"),
    [("payer_id", "9"), ("receiver_id", "9"), ("txn_id", "2"), ("booked_on", "date '2026-07-01'"), ("claim_id", "1")],
)
def test_a_transfer_of_what_is_not_there(
    connection: psycopg.Connection[tuple[object, ...]], column: str, value: str
) -> None:
    values = {"id": "n", "txn_id": "1", "stage": "'due'", "flow": "'premium'", "label": "'x'", "payer_id": "1"}
    values |= {"receiver_id": "2", "amount": "100", "currency": "'CNY'", "booked_on": "date '2026-06-30'"}
    names = ", ".join({**values, column: value})
    rows = " union all ".join(
        "select " + ", ".join({**values, **changed, "id": str(n)}.values())
        for n, changed in ((1, {column: values.get(column, "null::bigint")}), (2, {column: value}))
    )
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute(f"insert into transfer ({names}) {rows}".encode())
