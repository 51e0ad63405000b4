"""What is wrong or doubtful in a user's file: a value with place, reason and remedy."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from quanyu.terms.place import Place
from quanyu.terms.text import Text

__all__ = ["Finding", "Severity", "refusals"]


class Severity(StrEnum):
    """How much a finding weighs: an error refuses the file, a warning doubts it, an info explains a cost."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or doubtful.

    code: the name of the rule, also of its page in the reference. place: None only where there is no file.
    reason: what is wrong, in whole sentences. remedy: what to write instead. excerpt: the source line, where known.
    """

    code: str
    place: Place | None
    reason: Text
    remedy: Text
    severity: Severity = Severity.ERROR
    excerpt: str = ""


def refusals(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that refuse a file."""
    return [f for f in findings if f.severity is Severity.ERROR]
