"""What is wrong with a law as stated by a user."""

from math import isfinite

from quanyu.terms import Text

__all__ = ["LawError", "finite", "positive", "require"]


class LawError(ValueError):
    """A law, time or dependence that cannot be; `field` says which entry, with dots for nesting."""

    def __init__(self, field: str, reason: Text) -> None:
        super().__init__(f"{field}: {reason.en}")
        self.field = field
        self.reason = reason

    def inside(self, outer: str) -> "LawError":
        """The same error seen from an enclosing entry."""
        return LawError(f"{outer}.{self.field}" if self.field else outer, self.reason)


def require(holds: bool, field: str, zh: str, en: str) -> None:
    """Raise a LawError unless `holds`."""
    if not holds:
        raise LawError(field, Text(zh, en))


def positive(value: float, field: str) -> None:
    """Raise a LawError unless `value` is finite and above zero."""
    zh, en = f"须为正数，写的是 {value:g}。", f"Must be positive, not {value:g}."
    require(isfinite(value) and value > 0.0, field, zh, en)


def finite(value: float, field: str) -> None:
    """Raise a LawError unless `value` is a finite number."""
    require(isfinite(value), field, "须为有限的数。", "Must be a finite number.")
