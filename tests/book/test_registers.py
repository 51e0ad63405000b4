"""Registers of who may see money and nobody's name."""

import datetime as dt

from sqlalchemy import Connection, func, select

from book.policy_book import Desk
from quanyu.book import tables as t
from quanyu.book.access import SUPERVISOR, seen_as
from quanyu.book.registers import register
from quanyu.store import Store


def test_a_supervisor_of_money_alone_has_all_transfers_without_the_names_of_people(store: Store) -> None:
    desk = Desk(store).found()
    version = desk.publish({
        "parties": "{insurer: {kind: insurer, name: 甲保险}, city: {kind: government, name: 市财政},"
        " bureau: {kind: government, name: 监管局}}",
        "sees": "{bureau: [money]}",
    })  # fmt: skip
    desk.issue({"sum": "10万"}, dt.date(2026, 1, 1))

    def listed(connection: Connection) -> tuple[list[tuple[object, ...]], int]:
        every = connection.execute(select(func.count()).select_from(t.transfer)).scalar_one()
        bureau = desk.library.version(connection, version).roles["bureau"]
        with seen_as(connection, bureau, role=SUPERVISOR):
            return list(register(connection, "transfers")), every

    rows, every = desk.read(listed)
    assert len(rows) == every == 2
    assert "王五" not in {value for row in rows for value in row}
