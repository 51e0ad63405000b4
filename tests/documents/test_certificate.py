"""The certificate on paper: what is in it can be read back from the file, on A4, page by page."""

import io
import re
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from documents.certificate_sample import LONG, sample_certificate, small_certificate
from quanyu.documents import Certificate, CertificateParty, CertificateShare, certificate_pdf, write_certificate
from quanyu.terms import Text


def pages(certificate: Certificate) -> list[str]:
    reader = PdfReader(io.BytesIO(certificate_pdf(certificate)))
    return [page.extract_text() for page in reader.pages]


def flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def paper() -> PdfReader:
    return PdfReader(io.BytesIO(certificate_pdf(sample_certificate())))


@pytest.fixture(scope="module")
def text(paper: PdfReader) -> str:
    return flat("".join(page.extract_text() for page in paper.pages))


def test_everything_can_be_selected(text: str) -> None:
    c = sample_certificate()
    said = [
        c.number, c.policy, c.version, LONG, "2026年1月1日00:00", "2026年12月31日24:00", "北京时间",
        *(name for i in c.insurers for name in (i.name.zh, i.name.en)), "40%", "16.666667%", "首席承保人",
        *(v.name.zh for v in c.covers), "5,000,000.00", "50,000.00", "70,475.17", "140,950.33",
        "人民币壹拾肆万零玖佰伍拾元零叁角叁分", *(t.zh for t in c.special_terms), *(t.en for t in c.special_terms),
        c.verification.code, c.verification.command, c.verification.record, c.verification.root, "500,060",
        "2025-12-20 09:30:00 UTC+08:00",
    ]  # fmt: skip
    assert [s for s in said if flat(s) not in text] == []


def test_headings_in_two_languages(text: str) -> None:
    for zh, en in (("保险凭证", "Certificate no."), ("当事人", "Parties"), ("保险责任与限额", "Covers and limits")):
        assert zh in text
        assert flat(en) in text


def test_what_the_font_lacks_is_named(text: str) -> None:
    assert "王〔U+20BB7〕" in text
    assert "王〔U+20BB7U+202E〕" in text
    assert "李䶮" in text
    assert "\u202e" not in text


def test_metadata(paper: PdfReader) -> None:
    assert paper.metadata is not None
    assert paper.metadata.title == "保险凭证 Certificate of Insurance PZ-310115-2026-000401261"
    assert str(cast(DictionaryObject, paper.trailer["/Root"])["/Lang"]).startswith("zh")
    assert str(paper.metadata["/CreationDate"]) == "D:20251220013000Z"
    assert all((round(p.mediabox.width), round(p.mediabox.height)) == (595, 842) for p in paper.pages)


def test_fonts_travel_in_the_file_in_subset(paper: PdfReader) -> None:
    resources = [cast(DictionaryObject, page["/Resources"]) for page in paper.pages]
    fonts = [
        cast(DictionaryObject, f.get_object()) for r in resources for f in cast(DictionaryObject, r["/Font"]).values()
    ]
    assert fonts
    for font in fonts:
        assert "/ToUnicode" in font
        (below,) = cast(ArrayObject, font["/DescendantFonts"])
        descriptor = cast(DictionaryObject, cast(DictionaryObject, below.get_object())["/FontDescriptor"])
        assert re.match(r"/[A-Z]{6}\+Noto(Sans|Serif)SC", str(descriptor["/FontName"]))
        assert "/FontFile3" in descriptor


def test_tables_repeat_their_heads_and_pages_are_numbered() -> None:
    every = [flat(p) for p in pages(sample_certificate(rows=120))]
    listing = [p for p in every if "传感器中试项目第" in p]
    assert len(listing) >= 3
    assert all("SuminsuredCNY" in p.replace("(", "").replace(")", "") for p in listing)
    assert all(f"第{i}页，共{len(every)}页" in p for i, p in enumerate(every, 1))
    assert all(sample_certificate().verification.code in p for p in every)


def test_the_least_certificate_is_one_page() -> None:
    (only,) = pages(small_certificate())
    assert "保险费" not in only
    assert "样本" not in only


def test_same_bytes_for_the_same_certificate() -> None:
    first, second = certificate_pdf(sample_certificate(rows=3)), certificate_pdf(sample_certificate(rows=3))
    assert first == second
    other = replace(sample_certificate(rows=3), issued=datetime.fromisoformat("2026-01-01T00:00:00+08:00"))
    assert certificate_pdf(other) != first


HOSTILE = '#panic("x") $x$ *b* _i_ @ref <label> \\u{41} // /* `raw` = h\n- 1. [] "'


def test_words_are_never_markup() -> None:
    c = replace(small_certificate(), policyholder=CertificateParty(name=Text.same(HOSTILE)), number="#x_y*z")
    said = flat("".join(pages(c)))
    assert flat('#panic("x")$x$*b*_i_@ref<label>\\u{41}///*`raw`=h-1.[]"') in said
    assert "#x_y*z" in said


@pytest.mark.parametrize("long", ["x" * 600, "甲" * 600, "a-" * 300])
def test_long_names_stay_on_the_page(long: str) -> None:
    c = replace(small_certificate(), policyholder=CertificateParty(name=Text.same(long)))
    reader = PdfReader(io.BytesIO(certificate_pdf(c)))
    right: list[float] = []
    for page in reader.pages:
        page.extract_text(visitor_text=lambda text, _cm, tm, _f, _s: right.append(tm[4]) if text.strip() else None)
    assert max(right) < 595 - 20
    assert flat("".join(p.extract_text() for p in reader.pages)).replace("\u200b", "").count(long[:1]) >= 300


def test_written(tmp_path: Path) -> None:
    path = write_certificate(small_certificate(), tmp_path / "new" / "a.pdf")
    assert path.read_bytes() == certificate_pdf(small_certificate())


def test_parts_are_the_whole() -> None:
    half = (CertificateShare(name=Text.same("a"), share=Fraction(1, 2)),)
    with pytest.raises(ValueError, match="not 1"):
        replace(small_certificate(), insurers=half)
    with pytest.raises(ValueError, match="of a premium of"):
        replace(sample_certificate(), premium=1)
    with pytest.raises(ValueError, match="time zone"):
        replace(small_certificate(), issued=datetime(2026, 1, 1))
