"""Amounts in the capital numerals of Chinese vouchers 人民币大写.

The spelling follows the rules for filling in bills and settlement vouchers annexed to the Measures for Payment and
Settlement 《支付结算办法》附一《正确填写票据和结算凭证的基本规定》 (People's Bank of China, 银发〔1997〕393号).
"""

__all__ = ["capitals"]

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


def capitals(fen: int) -> str:
    """An amount of fen, such as 人民币壹仟肆佰零玖元伍角; ValueError from ten quadrillion yuan on."""
    yuan, rest = divmod(abs(fen), 100)
    if yuan >= 10**16:
        raise ValueError(f"{yuan} yuan cannot be written in capital numerals")
    jiao, cent = divmod(rest, 10)
    sign = "负" if fen < 0 else ""
    if fen == 0:
        return "人民币零元整"
    whole = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return f"人民币{sign}{whole}整"
    zero = "零" if whole and (not jiao or yuan % 10 == 0) else ""
    tenth = f"{_DIGITS[jiao]}角" if jiao else ""
    hundredth = f"{_DIGITS[cent]}分" if cent else ""
    return f"人民币{sign}{whole}{zero}{tenth}{hundredth}"


def _whole(yuan: int) -> str:
    """Groups of four figures from the highest; a zero stands where the highest figures of a group are missing."""
    for size, name in ((10**8, "亿"), (10**4, "万")):
        high, low = divmod(yuan, size)
        if high:
            return _whole(high) + name + ("零" if 0 < low < size // 10 else "") + (_whole(low) if low else "")
    return _group(yuan)


def _group(figures: int) -> str:
    said, owed = "", False
    for place in reversed(range(4)):
        digit = figures // 10**place % 10
        if not digit:
            owed = said != ""
            continue
        said += ("零" if owed else "") + _DIGITS[digit] + _PLACES[place]
        owed = False
    return said
