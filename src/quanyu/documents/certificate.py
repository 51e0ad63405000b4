"""A certificate of insurance as PDF, set by Typst in fonts that travel inside the file."""

import io
import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta, timezone
from importlib.resources import files
from pathlib import Path

import segno
import typst

from quanyu.documents import clauses, figures
from quanyu.documents.certified import Certificate
from quanyu.documents.glyphs import font_folder, printable
from quanyu.terms import Text

__all__ = ["certificate_pdf", "code_svg", "write_certificate"]


def write_certificate(certificate: Certificate, path: Path) -> Path:
    """Write the certificate as PDF/A to `path`, whose folder is made where absent; gives `path` back.

    The same certificate gives the same bytes: `issued` is the only time in the file. Raises ValueError where the
    content of the QR code is more than a code holds (2,331 bytes).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(certificate_pdf(certificate))
    return path


def certificate_pdf(certificate: Certificate) -> bytes:
    """The certificate as the bytes of a PDF/A-2a file: A4, tagged, selectable text, fonts embedded in subset."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_folder()])
    return typst.compile(
        files("quanyu.documents").joinpath("templates", "certificate.typ").read_bytes(),
        font_paths=fonts,
        format="pdf",
        pdf_standards=["a-2a"],
        sys_inputs={"certificate": json.dumps(_data(certificate), ensure_ascii=False), "code": code_svg(certificate)},
        timestamp=certificate.issued.astimezone(timezone(certificate.issued.utcoffset() or timedelta())),
    )


def code_svg(certificate: Certificate) -> str:
    """The QR code of a certificate as SVG with its quiet zone, error correction M."""
    out = io.BytesIO()
    code = segno.make(certificate.verification.content, error="m", micro=False, boost_error=False)
    code.save(out, kind="svg", border=4, xmldecl=False, svgns=True, omitsize=True, nl=False)
    return out.getvalue().decode("utf-8")


def _data(c: Certificate) -> dict[str, object]:
    """Everything the template shows, each text already printable."""
    return {
        "number": printable(c.number),
        "programme": _said(c.programme),
        "issued": figures.moment(c.issued),
        "illustrative": c.illustrative,
        "clauses": [_clause(part) for part in clauses.clauses(c)],
        "checks": [_said(text) for text in clauses.checks(c)],
        "verification": {f.name: _plain(getattr(c.verification, f.name)) for f in fields(c.verification)},
    }


def _clause(part: clauses.Fields | clauses.Tabular | clauses.Items) -> dict[str, object]:
    return {"kind": type(part).__name__.lower()} | {f.name: _plain(getattr(part, f.name)) for f in fields(part)}


def _plain(value: object) -> object:
    """Texts as pairs, tuples as lists, the rest as it is: what JSON can carry."""
    if isinstance(value, Text):
        return _said(value)
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    return value


def _said(text: Text) -> dict[str, str]:
    return {"zh": printable(text.zh), "en": printable(text.en)}
