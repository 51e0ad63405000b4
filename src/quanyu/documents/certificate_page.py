"""A certificate of insurance as one HTML page that loads nothing."""

from dataclasses import fields, replace
from typing import TypeVar

from markupsafe import Markup

from quanyu.documents import clauses, figures
from quanyu.documents.certificate import code_svg
from quanyu.documents.certified import Certificate
from quanyu.documents.glyphs import visible
from quanyu.documents.pages import asset, environment
from quanyu.terms import Text

__all__ = ["render_certificate_page"]

_Shown = TypeVar("_Shown")


def render_certificate_page(certificate: Certificate) -> str:
    """The clauses, the code and the steps of verification, in Chinese and English, as a self-contained document."""
    c = certificate
    proof = {f.name: _seen(getattr(c.verification, f.name)) for f in fields(c.verification)}
    return environment().get_template("certificate.html.j2").render(
        number=visible(c.number), programme=_seen(c.programme), issued=figures.moment(c.issued),
        illustrative=c.illustrative,
        clauses=[(type(p).__name__, _seen(p)) for p in clauses.clauses(c)], checks=_seen(clauses.checks(c)),
        proof=proof,
        code=Markup(code_svg(c)), css=asset("report.css") + asset("certificate.css"), js=asset("report.js"),
    )  # fmt: skip


def _seen(value: _Shown) -> _Shown:
    """The same value with every text made visible."""
    made: object = value
    if isinstance(value, Text):
        made = Text(visible(value.zh), visible(value.en))
    elif isinstance(value, str):
        made = visible(value)
    elif isinstance(value, tuple):
        made = tuple(_seen(item) for item in value)
    elif isinstance(value, clauses.Fields | clauses.Tabular | clauses.Items):
        made = replace(value, **{f.name: _seen(getattr(value, f.name)) for f in fields(value)})
    return made  # type: ignore[return-value]
