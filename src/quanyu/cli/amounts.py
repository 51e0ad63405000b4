"""Amounts as the terminal writes them."""

__all__ = ["full", "short"]

_CHINESE, _ENGLISH = ((1e8, "亿"), (1e4, "万")), ((1e9, "bn"), (1e6, "M"), (1e3, "k"))


def full(amount: float) -> str:
    """Whole units: 57,000,000."""
    text = f"{amount:,.0f}"
    return "0" if text == "-0" else text


def short(amount: float, *, zh: bool) -> str:
    """An amount in three or four figures: 5,700万, 57.0M; small ones in full."""
    for size, unit in _CHINESE if zh else _ENGLISH:
        if abs(amount) >= size:
            parts = abs(amount) / size
            return f"{amount / size:,.{0 if parts >= 100 else 1 if parts >= 10 else 2}f}{unit}"
    return full(amount)
