"""What stands of a policy whose segments were not written in the order of their days."""

import datetime as dt
import json

import pytest

from book.policy_book import Desk
from quanyu.book.endorsing import endorse, reinstate, suspend
from quanyu.book.premiums import premium_rows
from quanyu.book.registers import REGISTERS, register
from quanyu.book.standing import current
from quanyu.store import Store

D = dt.date


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store).found()


def test_cover_given_again_in_the_middle_is_not_the_risk_of_the_end(desk: Desk) -> None:
    version = desk.publish()
    number = desk.issue({"sum": "10万"}, D(2026, 1, 1)).number
    desk.act(lambda j: endorse(j, desk.library, number, start=D(2026, 7, 1), fields={"sum": "20万"}))
    desk.act(lambda j: suspend(j, desk.library, number, start=D(2026, 3, 1), until=D(2026, 3, 31)))
    after = desk.act(lambda j: reinstate(j, desk.library, number, start=D(2026, 3, 15)))
    assert current(after)["sum"] == "20万"
    (row,) = desk.read(lambda c: premium_rows(c, desk.library.version(c, version)))
    assert str(row["sum"]) == "20万"
    place = [field.name for field in REGISTERS["policies"].fields].index("fields")
    (listed,) = desk.read(lambda c: list(register(c, "policies")))
    assert json.loads(listed[place])["sum"] == "20万"
