"""A certificate of a policy as it stands in the book, with the proof of its record for whoever checks the paper."""

import datetime as dt
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy import Connection, select

from quanyu.book import Refused, Version
from quanyu.book import tables as t
from quanyu.book.evidence.sealed import Leaf, bundle_of, leaf_of_policy, policy_as_logged
from quanyu.book.ledger import booked
from quanyu.book.standing import Piece, Policy, current, find_policy, painted
from quanyu.desk.booking import Book
from quanyu.desk.insured_by import insurers_of, party_name, pool_of
from quanyu.desk.insured_words import insured_cover, insured_terms
from quanyu.desk.sealing import Sealed, seal
from quanyu.documents import (
    Certificate,
    CertificateCover,
    CertificateParty,
    CertificateShare,
    Grid,
    Verification,
    render_certificate_page,
    write_certificate,
)
from quanyu.store.evidence.log import heads
from quanyu.terms import Finding, Place, Text

__all__ = ["Certified", "certify", "write_certified"]

_DAY = dt.timedelta(days=1)
_ZONE = ZoneInfo("Asia/Shanghai")
_AS_STATED = Text("依说明", "as the terms say")


@dataclass(frozen=True)
class Certified:
    """A certificate, and the bundle that proves the record it is of. public_key: of whoever signed the head."""

    certificate: Certificate
    bundle: str
    public_key: str


def certify(book: Book, number: str, environment: Mapping[str, str] = os.environ) -> Certified | list[Finding]:
    """The certificate of a policy. A head is signed over the log where none reaches the policy's record yet."""
    sealed = seal(book, environment)
    if isinstance(sealed, list):
        return sealed
    try:
        return book.read(lambda connection: _certified(connection, book, number, sealed))
    except Refused as refused:
        return refused.findings


def write_certified(done: Certified, path: Path) -> list[Path] | list[Finding]:
    """Writes the paper (.pdf), its bundle beside it (.evidence.json), or the page (.html) with the bundle inside."""
    if path.suffix not in (".pdf", ".html"):
        reason = Text(f"不认识 {path.suffix or path.name}", f"{path.suffix or path.name} is not known")
        remedy = Text("写 --out 凭证.pdf 或 .html", "write --out certificate.pdf or .html")
        return [Finding("certificate-form", Place(str(path), 1, 1), reason, remedy)]
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".html":
        inside = done.bundle.replace("<", "\\u003c")
        data = Markup('<script type="application/json" id="evidence">{}</script>').format(Markup(inside))
        page = render_certificate_page(done.certificate)
        path.write_text(page.replace("</body>", f"{data}\n</body>"), "utf-8")
        return [path]
    beside = path.with_suffix(".evidence.json")
    beside.write_text(done.bundle, "utf-8")
    return [write_certificate(done.certificate, path), beside]


def _certified(connection: Connection, book: Book, number: str, sealed: Sealed) -> Certified:
    policy = find_policy(connection, number)
    leaf = leaf_of_policy(connection, policy.id)
    pieces = [piece for piece in painted(policy.segments) if piece.in_force]
    if not pieces:
        raise Refused(_not_in_force(number))
    if leaf is None or not policy_as_logged(connection, policy.id):
        raise Refused(_altered(number))
    version = book.library.version(connection, policy.version_id)
    newest = heads(connection)[-1].head
    certificate = Certificate(
        number=f"{policy.number}/{leaf.txn}",
        programme=version.programme.name,
        version=version.version.isoformat(),
        policy=policy.number,
        first=pieces[0].valid_from,
        last=pieces[-1].valid_to - _DAY,
        insurers=insurers_of(version, policy),
        pool=pool_of(version),
        policyholder=CertificateParty(name=_party(connection, policy.holder_id)),
        insured=_insured(version, policy),
        beneficiaries=tuple(CertificateParty(name=party_name(version.programme, name)) for name in _for(version)),
        covers=tuple(_covers(version)),
        premium=policy.premium if version.currency == "CNY" else None,
        payers=_payers(connection, policy) if version.currency == "CNY" else (),
        special_terms=tuple(_terms(version, pieces)),
        schedule=_risk(version, pieces),
        verification=_verification(leaf, newest.size, newest.root, sealed.public_key),
        issued=book.now().astimezone(_ZONE).replace(microsecond=0),
        illustrative=bool(version.programme.illustrative),
    )
    return Certified(certificate, bundle_of(connection, leaf), sealed.public_key)


def _verification(leaf: Leaf, size: int, root: bytes, public_key: str) -> Verification:
    return Verification(
        code=leaf.code,
        content=f"quanyu verify --code {leaf.code}",
        command=f"quanyu verify --bundle FILE --key KEYS --code {leaf.code}",
        record=leaf.hash.hex(),
        index=leaf.seq,
        size=size,
        root=root.hex(),
        signer="+".join(public_key.split("+", 2)[:2]),
    )


def _party(connection: Connection, party: int) -> Text:
    p = t.party.c
    row = connection.execute(select(p.name_zh, p.name_en).where(p.id == party)).one()
    return Text(row.name_zh, row.name_en)


def _insured(version: Version, policy: Policy) -> tuple[CertificateParty, ...]:
    named = current(policy).get("insured")
    if named:
        return (CertificateParty(name=Text.same(named)),)
    unit = version.programme.insured.unit
    return (CertificateParty(name=Text(f"所附清单中的标的（{unit}）", f"the {unit} of the schedule")),)


def _for(version: Version) -> list[str]:
    named = [*version.programme.insured.beneficiary, *(c.beneficiary for c in version.programme.covers.values())]
    return list(dict.fromkeys(name for name in named if name))


def _covers(version: Version) -> Iterator[CertificateCover]:
    for name, cover in version.programme.covers.items():
        words = tuple(insured_cover(version.programme, name))
        yield CertificateCover(name=cover.name or Text.same(name), limit=_AS_STATED, terms=words)


def _payers(connection: Connection, policy: Policy) -> tuple[CertificateShare, ...]:
    """Who bears the premium in the end; nobody where what is due is not the premium, as where it is due by period."""
    c = t.transfer.c
    due = booked(connection, c.policy_id == policy.id, c.claim_id.is_(None), c.flow == "premium", c.stage == "due")
    given: dict[int, int] = defaultdict(int)
    for money in due:
        given[money.payer_id] += money.amount
        given[money.receiver_id] -= money.amount
    payers = {party: amount for party, amount in given.items() if amount > 0}
    if not payers or sum(payers.values()) != policy.premium:
        return ()
    return tuple(
        CertificateShare(name=_party(connection, party), share=Fraction(amount, policy.premium), amount=amount)
        for party, amount in payers.items()
    )


def _terms(version: Version, pieces: list[Piece]) -> Iterator[Text]:
    """What the insured bear, the limits of their cover, and the days without cover between the first and the last."""
    yield from insured_terms(version.programme)
    for before, after in pairwise(pieces):
        if before.valid_to < after.valid_from:
            last = after.valid_from - _DAY
            yield Text(
                f"{before.valid_to} 至 {last} 中止，不负保险责任",
                f"suspended from {before.valid_to} to {last}: no cover on these days",
            )


def _risk(version: Version, pieces: list[Piece]) -> Grid | None:
    """The fields by the names that the programme gives them; one that changed stands with the days of each value."""
    specs = version.programme.insured.fields
    rows: list[tuple[Text, Text]] = []
    for name in sorted({name for piece in pieces for name in piece.segment.fields}):
        spec = specs.get(name)
        title = (spec.name if spec is not None else None) or Text.same(name)
        rows += [(title, value) for value in _values(name, pieces)]
    if not rows:
        return None
    heads = (Text("项目", "Field"), Text("内容", "Value"))
    return Grid(title=Text("保险标的", "What is insured"), columns=heads, rows=tuple(rows))


def _values(name: str, pieces: list[Piece]) -> Iterator[Text]:
    """A field's value; where it is not the same on all days, every value with its days."""
    runs = [
        (value, list(run)) for value, run in groupby(pieces, lambda piece: str(piece.segment.fields.get(name, "—")))
    ]
    for value, run in runs:
        first, last = run[0].valid_from, run[-1].valid_to - _DAY
        days = f"{first} – {last}"
        yield Text.same(value) if len(runs) == 1 else Text(f"{value}（{days}）", f"{value} ({days})")


def _not_in_force(number: str) -> Finding:
    return Finding(
        "not-in-force",
        None,
        Text(f"保单 {number} 没有一天有效", f"policy {number} is in force on no day"),
        Text("看 quanyu book show", "look at `quanyu book show`"),
    )


def _altered(number: str) -> Finding:
    return Finding(
        "altered-policy",
        None,
        Text(f"保单 {number} 的记录与入日志时不同，不出凭证", f"policy {number} is not what was logged"),
        Text("运行 quanyu verify", "run `quanyu verify`"),
    )
