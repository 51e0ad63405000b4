"""A certificate says what the book holds of a policy, and a stranger can check it."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest

from book.policy_book import Desk
from book.worlds import found
from quanyu.book.endorsing import cancel, endorse, suspend
from quanyu.desk.booking import Book
from quanyu.desk.certifying import Certified, certify, write_certified
from quanyu.desk.sealing import own_keys
from quanyu.desk.verifying import Found, find_code, verify_bundle
from quanyu.store import Store
from quanyu.store.evidence.bundle import Checked
from quanyu.terms import Finding, Text

NOW = dt.datetime(2026, 6, 30, 4, tzinfo=dt.UTC)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"QUANYU_DATA": str(tmp_path / "data")}


def certified(book: Book, number: str, environment: dict[str, str]) -> Certified:
    done = certify(book, number, environment)
    assert isinstance(done, Certified), done
    return done


def codes(findings: object) -> list[str]:
    assert isinstance(findings, list)
    return [one.code for one in findings if isinstance(one, Finding)]


def test_it_says_who_insures_in_which_shares_and_who_pays(store: Store, environment: dict[str, str]) -> None:
    found(store)
    paper = certified(Book(store, lambda: NOW, "ada"), "P-bao", environment).certificate
    assert [(i.name.zh, i.share, i.leader) for i in paper.insurers] == [
        ("甲保险", Fraction(3, 5), True),
        ("乙保险", Fraction(2, 5), False),
    ]
    assert (paper.first, paper.last) == (dt.date(2026, 1, 11), dt.date(2026, 12, 31))
    assert paper.premium == 100_000
    assert {(p.name.zh, p.amount, p.share) for p in paper.payers} == {
        ("某市财政局", 50_000, Fraction(1, 2)),
        ("bao", 50_000, Fraction(1, 2)),
    }
    assert paper.schedule is not None
    assert paper.schedule.rows == ((Text.same("sum_insured"), Text.same("100000")),)
    assert paper.policyholder.name.zh == "bao"
    assert paper.illustrative


@pytest.mark.parametrize("name", ["c.pdf", "c.html"])
def test_a_stranger_checks_it_by_the_key_alone(
    name: str, store: Store, environment: dict[str, str], tmp_path: Path
) -> None:
    found(store)
    book = Book(store, lambda: NOW, "ada")
    done = certified(book, "P-ada", environment)
    files = write_certified(done, tmp_path / "papers" / name)
    assert all(isinstance(file, Path) and file.stat().st_size for file in files)
    code, proof = done.certificate.verification.code, files[-1]
    assert isinstance(proof, Path)
    checked = verify_bundle(proof, own_keys("test.book/1", environment), code=code)
    assert isinstance(checked, Checked)
    assert checked.discrepancies == ()
    assert checked.record["rows"]["policy"][0]["number"] == "P-ada"
    known = find_code(book, code)
    assert isinstance(known, Found)
    assert (known.named.number, known.intact, known.proven) == ("P-ada", True, True)
    forged = proof.read_text("utf-8").replace('"P-ada"', '"P-eve"')
    proof.write_text(forged, "utf-8")
    doubted = verify_bundle(proof, own_keys("test.book/1", environment), code=code)
    assert isinstance(doubted, Checked)
    assert doubted.discrepancies


def test_it_is_a_pdf_or_a_page(store: Store, environment: dict[str, str], tmp_path: Path) -> None:
    found(store)
    done = certified(Book(store, lambda: NOW, "ada"), "P-ada", environment)
    assert codes(write_certified(done, tmp_path / "c.docx")) == ["certificate-form"]


def test_a_policy_that_was_altered_gets_none(store: Store, environment: dict[str, str]) -> None:
    found(store)
    with store.begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        connection.exec_driver_sql("update segment set premium = 1")
    assert codes(certify(Book(store, lambda: NOW, "ada"), "P-ada", environment)) == ["altered-policy"]
    assert codes(certify(Book(store, lambda: NOW, "ada"), "P-none", environment)) == ["unknown-policy"]


def test_it_follows_what_happened_to_the_policy(store: Store, environment: dict[str, str]) -> None:
    desk = Desk(store).found()
    desk.publish()
    policy = desk.issue({"sum": "100万", "village": "东"}, dt.date(2026, 2, 1), dt.date(2027, 1, 31))
    book = Book(store, lambda: NOW, "ada")
    before = certified(book, policy.number, environment)
    assert before.certificate.premium == policy.premium
    desk.act(lambda j: suspend(j, desk.library, policy.number, start=dt.date(2026, 3, 1), until=dt.date(2026, 3, 31)))
    after = certified(book, policy.number, environment)
    assert after.certificate.verification.code != before.certificate.verification.code
    assert "suspended from 2026-03-01 to 2026-03-31" in after.certificate.special_terms[-1].en
    desk.act(lambda j: cancel(j, desk.library, policy.number, start=dt.date(2026, 2, 1)))
    assert codes(certify(book, policy.number, environment)) == ["not-in-force"]


def test_what_is_insured_is_named_and_a_changed_value_stands_with_its_days(
    store: Store, environment: dict[str, str]
) -> None:
    desk = Desk(store).found()
    desk.publish(
        {"insured": "{fields: {sum: {type: money, name: {zh: 保险金额, en: sum insured}}, village: key, age: int}}"}
    )
    policy = desk.issue({"sum": "100万", "village": "东"}, dt.date(2026, 2, 1), dt.date(2027, 1, 31))
    desk.act(lambda j: endorse(j, desk.library, policy.number, start=dt.date(2026, 6, 1), fields={"sum": "200万"}))
    schedule = certified(Book(store, lambda: NOW, "ada"), policy.number, environment).certificate.schedule
    assert schedule is not None
    named = Text("保险金额", "sum insured")
    assert schedule.rows == (
        (named, Text("100万（2026-02-01 – 2026-05-31）", "100万 (2026-02-01 – 2026-05-31)")),
        (named, Text("200万（2026-06-01 – 2027-01-31）", "200万 (2026-06-01 – 2027-01-31)")),
        (Text.same("village"), Text.same("东")),
    )


def test_the_signer_is_named_whole_whatever_its_key_reads_like(store: Store, environment: dict[str, str]) -> None:
    found(store)
    book = Book(store, lambda: NOW, "ada")
    for number in range(12):
        done = certified(book, "P-ada", {"QUANYU_DATA": environment["QUANYU_DATA"] + str(number)})
        origin, digest, _ = done.public_key.split("+", 2)
        assert done.certificate.verification.signer == f"{origin}+{digest}"


def test_a_policy_altered_in_an_earlier_act_gets_none(store: Store, environment: dict[str, str]) -> None:
    desk = Desk(store).found()
    desk.publish()
    policy = desk.issue({"sum": "100万", "village": "东"}, dt.date(2026, 2, 1), dt.date(2027, 1, 31))
    desk.act(lambda j: endorse(j, desk.library, policy.number, start=dt.date(2026, 6, 1), fields={"sum": "200万"}))
    book = Book(store, lambda: NOW, "ada")
    certified(book, policy.number, environment)
    with store.begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        connection.exec_driver_sql('update segment set fields = fields || \'{"sum": "900万"}\' where seq = 1')
    assert codes(certify(book, policy.number, environment)) == ["altered-policy"]


def test_it_shows_the_insureds_own_terms_and_not_what_the_insurer_cedes(
    store: Store, environment: dict[str, str]
) -> None:
    desk = Desk(store).found()
    desk.publish(
        {
            "parties": "{insurer: {kind: insurer, name: 甲保险}, re: {kind: reinsurer, name: 丙再保险},"
            " city: {kind: government, name: 市财政}}",
            "facts": "{assessed: {type: money, certified: {zh: 公估报告, en: the adjusters' report}}}",
            "covers": "{home: {name: 房屋, pays: 'min(assessed, sum)'}}",
            "losses": "[{as: own-part, party: insured, limit: {claim: 1000}}, {as: cover, party: insurer, "
            "cap: {policy: sum}, steps: [{as: first-layer, party: re, attachment: {event: 1亿}}]}]",
        }
    )
    policy = desk.issue({"sum": "100万", "village": "东"}, dt.date(2026, 2, 1), dt.date(2027, 1, 31))
    paper = certified(Book(store, lambda: NOW, "ada"), policy.number, environment).certificate
    told = [line.zh for line in (*paper.special_terms, *paper.covers[0].terms)]
    assert told == [
        "被保险人自担：每案以 1000 为限",
        "甲保险赔付：每保单以 sum 为限",
        "给付核定损失与sum中较低者",
        "以公估报告为准",
    ]
