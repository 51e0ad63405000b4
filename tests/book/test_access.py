"""Parties kept apart: everyone tries to read everything in every way."""

import datetime as dt
import re
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from book.worlds import World, act, count, found
from quanyu.book import Journal, Money
from quanyu.book import tables as t
from quanyu.book.access import PARTY, SUPERVISOR, seen_as
from quanyu.store import Store, StoreError, migrate, open_store
from quanyu.store.schema import metadata

HIDDEN = {"batch", "leaf", "programme_version", "tile", "txn"}
"""Of txn the days alone can be read, of a version all but what it changes; tiles hold the hashes of all leaves."""
PEOPLE = ("ada", "bao", "chen")
EVERYONE = (*PEOPLE, "first", "second", "city", "broker", "reserve", "outside")


@pytest.fixture
def world(store: Store) -> World:
    return found(store)


@pytest.fixture
def reading(store: Store) -> Iterator[Connection]:
    with store.begin() as connection:
        yield connection


def ids(connection: Connection, query: str) -> set[object]:
    return {row[0] for row in connection.exec_driver_sql(query)}


def refused(connection: Connection, party: int, statement: str, *, role: str = PARTY) -> bool:
    """Whether a party is denied a statement."""
    try:
        with connection.begin_nested(), seen_as(connection, party, role=role):
            connection.exec_driver_sql(statement)
    except ProgrammingError as error:
        return "permission denied" in str(error)
    return False


MINE = {
    "transfer": "payer_id = {me} or receiver_id = {me}",
    "policy": "holder_id = {me} or leader_id = {me} or {me} = any(parties)",
    "quote": "holder_id = {me}",
    "claim": "claimant_id = {me} or policy_id in (select id from policy where " + "{policy}" + ")"
    " or id in (select claim_id from transfer where {transfer})",
}  # fmt: skip


def condition(table: str, me: int) -> str:
    policy, transfer = MINE["policy"].format(me=me), MINE["transfer"].format(me=me)
    return MINE[table].format(me=me, policy=policy, transfer=transfer)


@pytest.mark.parametrize("name", EVERYONE)
def test_a_party_sees_exactly_its_own_rows(world: World, reading: Connection, name: str) -> None:
    me = world.parties[name]
    wanted = {table: ids(reading, f"select id from {table} where {condition(table, me)}") for table in MINE}
    hanging = {
        "segment": ("policy_id", "policy"), "fact": ("claim_id", "claim"), "claim_event": ("claim_id", "claim"),
        "quote_event": ("quote_id", "quote"),
    }  # fmt: skip
    with seen_as(reading, me):
        for table, expected in wanted.items():
            assert ids(reading, f"select id from {table}") == expected, table
        for table, (key, above) in hanging.items():
            assert ids(reading, f"select {key} from {table}") <= wanted[above], table
        mine = ids(reading, "select occurrence_id from claim")
        assert ids(reading, "select id from occurrence") == mine
        assert count(reading, "evidence_file") == len(wanted["claim"])


def test_what_the_three_people_see(world: World, reading: Connection) -> None:
    seen = {}
    for name in (*PEOPLE, "second", "city", "broker", "outside"):
        with seen_as(reading, world.parties[name]):
            seen[name] = [count(reading, table) for table in ("transfer", "policy", "segment", "claim", "fact")]
    assert seen == {
        "ada": [6, 1, 1, 1, 1],
        "bao": [6, 1, 1, 1, 1],
        "chen": [2, 1, 1, 0, 0],
        "second": [4, 2, 2, 2, 2],
        "city": [3, 3, 3, 2, 2],
        "broker": [3, 0, 0, 0, 0],
        "outside": [0, 0, 0, 0, 0],
    }


def test_people_are_hidden_from_each_other_and_seen_by_their_insurer(world: World, reading: Connection) -> None:
    def people() -> set[object]:
        return ids(reading, "select code from party") & set(PEOPLE)

    for name, expected in {"ada": {"ada"}, "chen": {"chen"}, "second": {"ada", "bao"}, "broker": set()}.items():
        with seen_as(reading, world.parties[name]):
            assert people() == expected, name
            assert "甲保险" in ids(reading, "select name_zh from party")


def test_an_act_is_seen_by_its_days_where_something_of_it_is(world: World, reading: Connection) -> None:
    every = ids(reading, "select id from txn")
    ada = world.parties["ada"]
    own = ids(reading, f"select txn_id from transfer where payer_id = {ada} or receiver_id = {ada}")
    with seen_as(reading, ada):
        assert ids(reading, "select id from txn") == own
    assert own < every
    for column in ("actor", "reason", "reference"):
        assert refused(reading, ada, f"select {column} from txn")


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_table_is_guarded(world: World, reading: Connection, table: str) -> None:
    guarded = f"select relrowsecurity from pg_class where oid = '{table}'::regclass"
    assert reading.exec_driver_sql(guarded).scalar() is True
    for role in (PARTY, SUPERVISOR):
        for statement in ("insert into {0} select * from {0}", "delete from {0}", "truncate {0}", "lock {0}"):
            assert refused(reading, world.parties["ada"], statement.format(table), role=role), statement
        assert refused(reading, world.parties["first"], f"select * from {table}", role=role) is (table in HIDDEN)


def test_nobody_sees_nothing(world: World, reading: Connection) -> None:
    for number in ("", "0", "-1"):
        reading.exec_driver_sql(f"select set_config('quanyu.party', '{number}', true)")
        reading.exec_driver_sql("set local role quanyu_party")
        for table in ("transfer", "policy", "segment", "claim", "fact", "claim_event", "quote", "txn", "occurrence"):
            assert count(reading, table) == 0
        reading.exec_driver_sql("set local role none")


WAYS = {
    "join": "select t.amount from party p left join transfer t on t.payer_id = p.id or t.receiver_id = p.id",
    "aggregate": "select sum(amount) from transfer",
    "window": "select sum(amount) over () from transfer",
    "subquery": "select (select sum(t.amount) from transfer t)",
    "with": "with every as materialized (select * from transfer) select sum(amount) from every",
    "lateral": "select x.amount from policy p cross join lateral (select * from transfer t where t.policy_id = p.id) x",
    "sampled": "select sum(amount) from transfer tablesample system (100)",
    "to_jsonb": "select jsonb_agg(to_jsonb(t)) from transfer t",
    "set": "select amount from transfer union all select amount from transfer",
    "exists": "select exists (select from transfer where amount > 0)",
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_reading_gives_the_same_as_a_book_without_the_others(store: Store, way: str) -> None:
    """A book of ada alone and a book of all three read the same to ada."""
    world = found(store)
    with store.begin() as connection, seen_as(connection, world.parties["ada"]):
        whole = sorted(str(row) for row in connection.exec_driver_sql(WAYS[way]))
    ada = world.parties["ada"]
    with store.begin() as connection:
        own = f"create temp table {{0}} as select * from public.{{0}} where {MINE['transfer'].format(me=ada)}"
        connection.exec_driver_sql(own.format("transfer"))
        mine = f"create temp table policy as select * from public.policy where {MINE['policy'].format(me=ada)}"
        connection.exec_driver_sql(mine)
        seen = "create temp table party as select * from public.party where code not in ('bao', 'chen')"
        connection.exec_driver_sql(seen)
        connection.exec_driver_sql("set local search_path = pg_temp, public")
        alone = sorted(str(row) for row in connection.exec_driver_sql(WAYS[way]))
    assert whole == alone


PROBES = {
    "division": "select 1 / (amount - 38000) from transfer",
    "cast": "select (label || amount)::bigint from transfer where amount = 38000",
    "cheap function": "select * from transfer where pg_temp.told(amount)",
}


def test_rows_that_are_hidden_cause_no_errors_and_are_told_to_no_function(world: World, reading: Connection) -> None:
    reading.exec_driver_sql("set local client_min_messages = notice")
    told: list[str] = []
    raw = reading.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    raw.add_notice_handler(lambda note: told.append(note.message_primary or ""))
    raw.execute(
        b"create function pg_temp.told(bigint) returns boolean language plpgsql cost 0.0000001 as"
        b" $$ begin raise notice '%', $1; return true; end $$"
    )
    # 38,000 goes from the first to the second insurer: the city must not be able to find it out.
    with seen_as(reading, world.parties["city"]):
        for probe in PROBES.values():
            reading.exec_driver_sql(probe).all()
    assert set(told) == {"50000"}


def test_views_and_their_owner(world: World, reading: Connection) -> None:
    """A view of the owner would show everything; the book has none, and a party's own are guarded as it is."""
    views = "select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace"
    assert reading.exec_driver_sql(f"{views} where relkind in ('v', 'm') and nspname = 'public'").scalar() == 0
    with seen_as(reading, world.parties["ada"]):
        reading.exec_driver_sql("create temp view mine as select * from transfer")
        assert count(reading, "mine") == 6


def test_no_function_runs_with_the_rights_of_its_owner(reading: Connection, store: Store) -> None:
    mine = "pronamespace = 'public'::regnamespace"
    assert reading.exec_driver_sql(f"select count(*) from pg_proc where {mine} and prosecdef").scalar() == 0
    for call in ("reserve_ids('policy_id', 1000000)", "nextval('transfer_id')", "pg_read_file('/etc/passwd')"):
        with pytest.raises(ProgrammingError, match="permission denied"), store.begin() as other, seen_as(other, 1):
            other.exec_driver_sql(f"select {call}")


def test_statistics_and_copies_tell_nothing(world: World, store: Store) -> None:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("analyze")
    with store.begin() as connection, seen_as(connection, world.parties["ada"]):
        assert connection.exec_driver_sql("select count(*) from pg_stats where tablename = 'transfer'").scalar() == 0
        for table in ("pg_statistic", "pg_authid"):
            with pytest.raises(ProgrammingError, match="permission denied"), connection.begin_nested():
                connection.exec_driver_sql(f"select * from {table}")
    with store.begin() as connection, seen_as(connection, world.parties["ada"]):
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        with raw.cursor() as cursor, cursor.copy("copy (select id from transfer) to stdout") as copied:
            assert sum(1 for _ in copied) == 6
    with store.begin() as connection, pytest.raises(psycopg.errors.FeatureNotSupported, match="COPY FROM"):
        _copy_in(connection, world.parties["ada"])


def _copy_in(connection: Connection, party: int) -> None:
    connection.exec_driver_sql("grant insert on transfer to quanyu_party")
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    _as_party = f"set local role quanyu_party; set local quanyu.party = '{party}'"
    raw.execute(_as_party.encode())
    with raw.cursor() as cursor, cursor.copy("copy transfer from stdin"):
        pass


def test_it_ends_with_the_block_and_with_the_transaction(world: World, store: Store) -> None:
    with store.begin() as connection:
        with seen_as(connection, world.parties["ada"]):
            assert count(connection, "transfer") == 6
            assert connection.exec_driver_sql("select current_user").scalar() == PARTY
        assert count(connection, "transfer") > 6
        with seen_as(connection, world.parties["chen"]):
            assert count(connection, "transfer") == 2
    with pytest.raises(KeyError), store.begin() as connection, seen_as(connection, world.parties["ada"]):
        raise KeyError
    for _ in range(3):
        with store.begin() as connection:
            assert count(connection, "transfer") > 6


def test_a_kept_plan_does_not_serve_another_party(world: World, reading: Connection) -> None:
    for _ in range(8):
        for name, expected in (("ada", 6), ("chen", 2), ("city", 3)):
            with seen_as(reading, world.parties[name]):
                assert reading.execute(text("select count(*) from transfer where amount > :a"), {"a": 0}).scalar() == (
                    expected
                )


def test_supervisors_see_what_the_version_grants(world: World, reading: Connection) -> None:
    every = {table: count(reading, table) for table in ("transfer", "policy", "segment", "claim", "quote")}
    with seen_as(reading, world.parties["bureau"], role=SUPERVISOR):
        assert {table: count(reading, table) for table in every} == every
        assert ids(reading, "select code from party") >= set(PEOPLE)
    with seen_as(reading, world.parties["desk"], role=SUPERVISOR):
        assert count(reading, "policy") == every["policy"]
        assert (count(reading, "transfer"), count(reading, "fact")) == (0, 0)
    for name in ("bureau", "desk"):
        with seen_as(reading, world.parties[name]):
            assert {table: count(reading, table) for table in every} == dict.fromkeys(every, 0)
    with seen_as(reading, world.parties["ada"], role=SUPERVISOR):
        assert count(reading, "transfer") == 6


def test_another_programme_stays_hidden_from_the_bureau(world: World, store: Store) -> None:
    p = world.parties

    def elsewhere(journal: Journal) -> None:
        journal.move(Money("due", "fund", "other", p["outside"], p["reserve"], 999))

    act(store, dt.date(2026, 4, 1), elsewhere)
    with store.begin() as connection, seen_as(connection, p["bureau"], role=SUPERVISOR):
        assert connection.exec_driver_sql("select count(*) from transfer where amount = 999").scalar() == 0


@pytest.mark.parametrize("role", ["postgres", "quanyu", "pg_read_all_data"])
def test_other_roles_are_refused(reading: Connection, role: str) -> None:
    with pytest.raises(ValueError, match="no role of a party"), seen_as(reading, 1, role=role):
        pass


def test_nothing_is_read_as_a_party_outside_of_a_transaction(store: Store) -> None:
    with store.engine.connect() as connection, pytest.raises(ValueError, match="within a transaction"):
        seen_as(connection, 1).__enter__()


@pytest.mark.parametrize("present", [True, False])
def test_a_login_without_rights_is_told_what_an_administrator_has_to_do(
    store_template: str, empty_url: str, present: bool
) -> None:
    with psycopg.connect(empty_url, autocommit=True) as owner:
        owner.execute("create role modest login")
        owner.execute("grant create on schema public to modest")
        if not present:
            owner.execute("alter role quanyu_party rename to quanyu_party_away")
        try:
            with open_store(_as(empty_url, "modest")) as opened, pytest.raises(StoreError) as raised:
                migrate(opened.engine)
        finally:
            if not present:
                owner.execute("alter role quanyu_party_away rename to quanyu_party")
            owner.execute("drop owned by modest")
            owner.execute("drop role modest")
    wanted = "grant quanyu_party to modest" if present else "create role quanyu_party nologin"
    assert wanted in raised.value.remedy.en
    assert re.search("[\u4e00-\u9fff]", raised.value.reason.zh)


@pytest.mark.parametrize("granted", ["membership", "createrole"])
def test_an_ordinary_login_brings_up_the_schema_and_reads_as_a_party(
    store_template: str, empty_url: str, granted: str
) -> None:
    with psycopg.connect(empty_url, autocommit=True) as owner:
        owner.execute("create role plain login createrole")
        owner.execute("grant create on schema public to plain")
        for role in (PARTY, SUPERVISOR):
            if granted == "membership":
                owner.execute(f"grant {role} to plain with inherit false".encode())
            else:
                owner.execute(f"alter role {role} rename to {role}_away".encode())
        try:
            with open_store(_as(empty_url, "plain")) as opened:
                migrate(opened.engine)
                world = found(opened)
                with opened.begin() as connection, seen_as(connection, world.parties["ada"]):
                    assert count(connection, "transfer") == 6
        finally:
            owner.execute("drop owned by plain cascade")
            for role in (PARTY, SUPERVISOR) if granted == "createrole" else ():
                owner.execute(f"drop role {role}".encode())
                owner.execute(f"alter role {role}_away rename to {role}".encode())
            owner.execute("drop role plain")


def _as(url: str, login: str) -> str:
    return re.sub(r"user=\w+", f"user={login}", url)


def test_an_insert_into_the_books_of_another_is_refused_by_the_owner_too(world: World, store: Store) -> None:
    with pytest.raises(DBAPIError, match="only appended"), store.begin() as connection:
        connection.execute(t.transfer.update().values(amount=1))
