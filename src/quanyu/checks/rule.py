"""What a rule is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from quanyu.checks.inspection import Inspection
from quanyu.terms import Finding

__all__ = ["Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: the codes of its findings, each with a page in the reference, and the search for them."""

    codes: tuple[str, ...]
    search: Callable[[Inspection], Iterator[Finding]]
