"""Amounts as the terminal writes them."""

__all__ = ["full", "short"]

_CHINESE, _ENGLISH = ((1e8, "亿"), (1e4, "万")), ((1e9, "bn"), (1e6, "M"), (1e3, "k"))


def full(amount: float) -> str:
    """Whole units: 57,000,000."""
    return f"{amount:,.0f}"


def short(amount: float, *, zh: bool) -> str:
    """An amount in three or four figures: 5,700万, 57.0M."""
    for size, unit in _CHINESE if zh else _ENGLISH:
        if abs(amount) >= size:
            return f"{amount / size:,.{1 if abs(amount) < 100 * size else 0}f}{unit}"
    return full(amount)
