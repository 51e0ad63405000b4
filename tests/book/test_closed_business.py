"""A programme whose stop condition holds on the book's own figures takes no new business; all else goes on."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from book.mass_book import issue_frame
from book.policy_book import Desk, refusal
from quanyu.book import Refused, publish
from quanyu.book.claims import Notice, notify
from quanyu.book.deciding import Decision, decide
from quanyu.book.endorsing import cancel, endorse
from quanyu.book.facts import Statement, state_facts
from quanyu.book.issuing import issue
from quanyu.book.masters import Member, add_member, open_master
from quanyu.book.parties import Person
from quanyu.book.quotes import Ask, quote
from quanyu.book.renewing import Renewal, renew
from quanyu.book.stopping import closed, figures_of
from quanyu.book.underwriting import underwrite
from quanyu.desk.open import open_programme
from quanyu.store import Store
from quanyu.terms import Finding, Severity

D = dt.date
FILE = Path(__file__).resolve().parents[2] / "programmes/ningbo/small-loan-guarantee/2009-08-01.yaml"
CODE = "ningbo.small-loan-guarantee"
LOAN = {"borrower_kind": "start-up", "principal": "100万", "accident_premium": "0", "programme_year": "1",
        "bank_share": "30%"}  # fmt: skip
CLOSED = {"closed-to-new-business"}


@pytest.fixture
def desk(store: Store) -> Desk:
    """Ten loans of a million: 247,500 of premium in 2010, 371,250 is 150 % of it."""
    opened = open_programme(FILE)
    assert not isinstance(opened, list)
    desk = Desk(store, D(2010, 1, 4), code=CODE).found()
    desk.act(lambda j: publish(j, opened.programme))
    for number in range(10):
        desk.issue(LOAN, D(2010, 1, 4), holder=f"借款人{number}")
    return desk


def default(desk: Desk, number: str, policy: str, outstanding: str) -> None:
    """A loan that is not paid back, decided at once, on a day of its own."""
    notice = Notice(CODE, D(2010, 5, 1), D(2010, 5, 2), policy=policy, keys={"cover": "principal"}, number=number)
    desk.today = max(desk.today, D(2010, 5, 2)) + dt.timedelta(days=1)
    desk.act(lambda j: notify(j, desk.library, notice))
    said = Statement({"defaulted": "true", "outstanding": outstanding}, "bank", D(2010, 5, 2))
    desk.act(lambda j: state_facts(j, desk.library, number, said))
    desk.act(lambda j: decide(j, desk.library, number, Decision()))


def told(desk: Desk) -> list[Finding]:
    version = desk.library.version
    return desk.read(lambda c: closed(c, version(c, 1), desk.today))


def policy(desk: Desk, place: int) -> str:
    query = "select number from policy order by id"
    return str(desk.read(lambda c: c.exec_driver_sql(query).scalars().all())[place])


def close(desk: Desk) -> None:
    """Losses of the insurers of 420,000: 169.7 % of the premium."""
    default(desk, "C1", policy(desk, 0), "60万")


def test_figures_are_those_of_the_year_and_open_again_in_the_next(desk: Desk) -> None:
    assert told(desk) == []
    default(desk, "C0", policy(desk, 1), "50万")
    assert told(desk) == []  # 350,000, the condition asks for more than 371,250
    default(desk, "C1", policy(desk, 0), "5万")
    names = {"premium", "losses.insurers", "losses.fund", "premium.to.picc", "overdue_rate"}
    figures = desk.read(lambda c: figures_of(c, desk.library.version(c, 1), 2010, names))
    assert figures == {
        "premium": 247_500, "losses.insurers": 371_250, "losses.fund": 13_750, "premium.to.picc": 123_750,
    }  # fmt: skip
    (one,) = told(desk)
    assert (one.code, one.severity) == ("closed-to-new-business", Severity.ERROR)
    for word in ("losses-too-high", "losses.insurers + losses.fund > 150% * premium", "losses.fund = 13750",
                 "losses.insurers = 371250", "premium = 247500"):  # fmt: skip
        assert word in one.reason.en
        assert word in one.reason.zh
    desk.today = D(2011, 1, 3)
    assert told(desk) == []


def test_a_quote_is_made_with_a_warning_and_goes_no_further(desk: Desk) -> None:
    desk.today = D(2010, 4, 20)
    before = desk.quote(LOAN, D(2010, 6, 1))
    desk.act(lambda j: underwrite(j, desk.library, before))
    close(desk)
    made = desk.act(lambda j: quote(j, desk.library, Ask(CODE, D(2010, 6, 1), None, LOAN, Person("新", "新"))))
    assert [(one.code, one.severity) for one in made.warnings] == [("closed-to-new-business", Severity.WARNING)]
    assert refusal(lambda: desk.act(lambda j: underwrite(j, desk.library, made.number))) == CLOSED
    assert refusal(lambda: desk.act(lambda j: issue(j, desk.library, before))) == CLOSED
    assert refusal(lambda: desk.act(lambda j: renew(j, desk.library, policy(desk, 2), Renewal()))) == CLOSED


def test_masters_are_closed_and_those_that_stand_go_on(desk: Desk) -> None:
    ask = Ask(CODE, D(2010, 1, 4), None, {}, Person("担保公司", "担保公司"))
    master = desk.act(lambda j: open_master(j, desk.library, ask))
    close(desk)
    assert refusal(lambda: desk.act(lambda j: open_master(j, desk.library, ask))) == CLOSED
    joining = Member(Person("成员", "成员"), D(2010, 6, 1), LOAN)
    assert desk.act(lambda j: add_member(j, desk.library, master.number, joining)).kind == "certificate"


def test_endorsements_claims_and_cancellations_go_on_and_open_it_again(desk: Desk) -> None:
    close(desk)
    larger = {"principal": "200万"}
    desk.act(lambda j: endorse(j, desk.library, policy(desk, 3), start=D(2010, 1, 4), fields=larger))
    desk.act(lambda j: cancel(j, desk.library, policy(desk, 4), start=D(2010, 6, 1)))
    assert len(told(desk)) == 1
    default(desk, "C2", policy(desk, 5), "10万")
    for place in (6, 7, 8):
        desk.act(lambda j, place=place: endorse(  # type: ignore[misc]
            j, desk.library, policy(desk, place), start=D(2010, 1, 4), fields=larger))  # fmt: skip
    assert told(desk) == []  # 490,000 of losses, 150 % of some 330,000 of premium is more
    desk.issue(LOAN, D(2010, 6, 1))


def test_a_table_is_refused_at_its_first_row(desk: Desk) -> None:
    close(desk)
    row = {"programme": CODE, "policy": "T1", "holder": "甲", "start": "2010-06-01", "end": "2011-05-31", **LOAN}
    frame = pl.DataFrame([row, {**row, "policy": "T2"}])
    with pytest.raises(Refused) as refused:
        desk.act(lambda j: issue_frame(j, desk.library, frame))
    assert [(one.code, one.place is not None) for one in refused.value.findings] == [("closed-to-new-business", True)]
    desk.today = D(2011, 1, 3)
    done = desk.act(lambda j: issue_frame(j, desk.library, frame))
    assert done.policies == 2
