"""Connections: settings, one transaction for statements and COPY, work done again, the schema brought up once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from quanyu.store import ConflictError, Server, Store, StoreError, driver, driving, migrate, open_store, transact


@pytest.fixture
def bare(empty_url: str) -> Iterator[Store]:
    with open_store(empty_url, statement_timeout=5) as store:
        with store.begin() as connection:
            connection.execute(text("CREATE TABLE kept (key int PRIMARY KEY, amount bigint NOT NULL)"))
            connection.execute(text("INSERT INTO kept VALUES (1, 100), (2, 100)"))
        yield store


def amounts(store: Store) -> list[int]:
    with store.begin() as connection:
        return [row.amount for row in connection.execute(text("SELECT amount FROM kept ORDER BY key"))]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("TimeZone", "Asia/Shanghai"),
        ("statement_timeout", "5s"),
        ("application_name", "quanyu"),
        ("jit", "off"),
        ("server_encoding", "UTF8"),
    ],
)
def test_settings_of_a_connection(bare: Store, setting: str, value: str) -> None:
    with bare.begin() as connection:
        assert connection.execute(text("SELECT current_setting(:name)"), {"name": setting}).scalar() == value


def test_a_statement_ends_at_its_timeout(empty_url: str) -> None:
    with (
        open_store(empty_url, statement_timeout=0.2) as store,
        pytest.raises(OperationalError) as raised,
        store.begin() as connection,
    ):
        connection.execute(text("SELECT pg_sleep(30)"))
    assert getattr(raised.value.orig, "sqlstate", None) == "57014"


def test_text_is_ordered_by_code_point(bare: Store) -> None:
    with bare.begin() as connection:
        rows = connection.execute(text("SELECT w FROM (VALUES ('b'), ('a'), ('B'), ('乙'), ('丙')) AS t(w) ORDER BY w"))
        assert [row.w for row in rows] == sorted(["b", "a", "B", "乙", "丙"])


def test_the_named_database_comes_before_our_own(empty_url: str) -> None:
    with open_store(environment={"QUANYU_DATABASE_URL": empty_url}) as store, store.begin() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar()
    assert f"/{name}?" in empty_url


@pytest.mark.parametrize("address", ["mysql://h/x", "nonsense", "sqlite://"])
def test_an_address_of_something_else_is_refused(address: str) -> None:
    with pytest.raises(StoreError, match="postgresql://"), open_store(address):
        pass


def test_a_database_that_does_not_answer_is_said_without_its_password() -> None:
    address = "postgresql://somebody:secret@127.0.0.1:1/none"
    with pytest.raises(StoreError) as raised, open_store(address):
        pass
    assert "127.0.0.1" in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("fails", [False, True])
def test_copy_and_statements_share_one_transaction(bare: Store, fails: bool) -> None:
    def work(connection: Connection) -> None:
        connection.execute(text("INSERT INTO kept VALUES (3, 5)"))
        with driver(connection).cursor() as cursor, cursor.copy("COPY kept FROM STDIN") as copy:
            copy.write_row((4, 7))
        assert connection.execute(text("SELECT count(*) FROM kept")).scalar() == 4
        if fails:
            raise KeyError

    if fails:
        with pytest.raises(KeyError), bare.begin() as connection:
            work(connection)
    else:
        with bare.begin() as connection:
            work(connection)
    assert amounts(bare) == ([100, 100] if fails else [100, 100, 5, 7])


def test_two_at_once_lose_no_update(bare: Store) -> None:
    together = threading.Barrier(2)
    runs: list[int] = []

    def take(key: int) -> None:
        first = [True]

        def work(connection: Connection) -> None:
            whole = connection.execute(text("SELECT sum(amount) FROM kept")).scalar() or 0
            if first.pop() if first else False:
                together.wait(10)
            runs.append(key)
            connection.execute(text("UPDATE kept SET amount = amount - :w / 2 WHERE key = :k"), {"w": whole, "k": key})

        bare.transact(work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take, [1, 2]))
    # One after the other: half of 200, then half of 100. Side by side, both would have taken half of 200.
    assert sorted(amounts(bare)) == [0, 50]
    assert len(runs) == 3


def test_a_deadlock_is_tried_again(bare: Store) -> None:
    together = threading.Barrier(2)

    def add(order: tuple[int, int]) -> None:
        first = [True]

        def work(connection: Connection) -> None:
            for number, key in enumerate(order):
                connection.execute(text("UPDATE kept SET amount = amount + 1 WHERE key = :k"), {"k": key})
                if number == 0 and first:
                    first.pop()
                    together.wait(10)

        bare.transact(work, isolation="READ COMMITTED")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, [(1, 2), (2, 1)]))
    assert amounts(bare) == [102, 102]


def test_work_that_always_conflicts_ends_with_its_reason(bare: Store) -> None:
    pauses: list[float] = []

    def work(connection: Connection) -> None:
        connection.execute(text("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(ConflictError) as raised:
        transact(bare.engine, work, attempts=4, pause=pauses.append)
    assert raised.value.sqlstate == "40001"
    assert pauses == [0.01, 0.02, 0.04]


def test_another_error_is_raised_at_once(bare: Store) -> None:
    calls: list[int] = []

    def work(connection: Connection) -> None:
        calls.append(1)
        connection.execute(text("INSERT INTO kept VALUES (3, NULL)"))

    with pytest.raises(DBAPIError):
        bare.transact(work)
    assert len(calls) == 1


def test_a_key_that_is_there_is_tried_three_times_in_all(bare: Store) -> None:
    calls: list[int] = []

    def work(connection: Connection) -> None:
        calls.append(1)
        connection.execute(text("INSERT INTO kept VALUES (1, 1)"))

    with pytest.raises(IntegrityError):
        bare.transact(work)
    assert len(calls) == 3


def test_of_two_who_write_the_same_key_the_second_finds_it(bare: Store) -> None:
    started, release = threading.Event(), threading.Event()

    def first(connection: Connection) -> int:
        connection.execute(text("INSERT INTO kept VALUES (7, 1)"))
        started.set()
        assert release.wait(10)
        return 1

    def second(connection: Connection) -> int:
        found = connection.execute(text("SELECT amount FROM kept WHERE key = 7")).scalar()
        if found is not None:
            return int(found)
        release.set()
        with driving(connection) as below, below.cursor() as cursor, cursor.copy("COPY kept FROM STDIN") as copy:
            copy.write_row((7, 2))
        return 2

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(bare.transact, first, isolation="READ COMMITTED")
        assert started.wait(10)
        two = pool.submit(bare.transact, second, isolation="READ COMMITTED")
        assert (one.result(20), two.result(20)) == (1, 1)


def test_the_schema_is_brought_up_once_by_many_at_once(empty_url: str) -> None:
    def bring(_: int) -> str:
        with open_store(empty_url) as store:
            return migrate(store.engine)

    with ThreadPoolExecutor(4) as pool:
        versions = set(pool.map(bring, range(4)))
    assert len(versions) == 1
    with open_store(empty_url) as store, store.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [*versions]


@pytest.mark.parametrize(
    "other", ["0001:0 0002:0", "", "0001:0"], ids=["edited in place", "before digests were kept", "in part"]
)
def test_a_schema_of_other_statements_is_refused_with_what_to_do(database_url: str, other: str) -> None:
    with open_store(database_url) as store:
        assert migrate(store.engine) == migrate(store.engine)
        with store.begin() as connection:
            connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{other}'"))
        with pytest.raises(StoreError, match="another build of the program") as caught:
            migrate(store.engine)
    assert "另一个构建" in caught.value.reason.zh
    assert caught.value.remedy.zh


def test_a_database_of_a_later_program_is_refused(database_url: str) -> None:
    with open_store(database_url) as store, store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with open_store(database_url) as store, pytest.raises(StoreError, match="9999"):
        migrate(store.engine)


def test_a_password_among_the_options_of_an_address_is_not_shown() -> None:
    address = "postgresql:///book?host=/nonexistent&user=ada&password=in-the-query"
    with pytest.raises(StoreError, match="ada") as caught, open_store(address):
        pass
    assert "in-the-query" not in str(caught.value)


def test_values_are_in_no_message_and_in_no_log(bare: Store, store_server: Server) -> None:
    with pytest.raises(DBAPIError) as caught, bare.begin() as connection:
        connection.execute(text("SELECT 1 / 0 WHERE :name <> ''"), {"name": "330203199001010011"})
    assert "330203199001010011" not in str(caught.value)
    with pytest.raises(IntegrityError), bare.begin() as connection:
        connection.execute(text("INSERT INTO kept VALUES (1, :amount)"), {"amount": 330203199001010022})
    with pytest.raises(IntegrityError), bare.begin() as connection:
        connection.execute(text("INSERT INTO kept VALUES (:key, NULL)"), {"key": 918273645})
    log = (store_server.folder / "store.log").read_text("utf-8")
    assert "duplicate key" in log
    assert "not-null" in log
    assert "918273645" not in log
