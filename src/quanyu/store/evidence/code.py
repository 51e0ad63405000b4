"""The code on a certificate: which leaf, and enough of its hash that no other record passes for it.

115 bits in Crockford's base32: 35 of the leaf's number, 80 of its hash, then Crockford's check symbol (modulo 37).
24 symbols, four and four: `0000-0C6V-8K2D-…`. Read without regard to case; O is 0, I and L are 1, spaces and dashes
are nothing, full-width letters are letters. The check symbol tells a slip of the hand (one symbol wrong, or two
neighbours changed), the hash tells a lie.
"""

import unicodedata
from dataclasses import dataclass

__all__ = ["Code", "read_code", "write_code"]

_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECKS = _SYMBOLS + "*~$=U"
_SEEN_AS = str.maketrans({"O": "0", "I": "1", "L": "1"} | dict.fromkeys("- \u2010\u2013\u2014", ""))
_SEQ_BITS, _HASH_BYTES, _LENGTH = 35, 10, 23


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says: the leaf's number, and the first ten bytes of its hash."""

    seq: int
    prefix: bytes

    def names(self, seq: int, leaf: bytes) -> bool:
        """Whether the code is that of this leaf."""
        return self.seq == seq and leaf[:_HASH_BYTES] == self.prefix


def write_code(seq: int, leaf: bytes) -> str:
    """The code of a leaf. ValueError from leaf 2^35 on."""
    if not 0 <= seq < 1 << _SEQ_BITS:
        raise ValueError("a code holds leaves below 2^35")
    number = seq << 8 * _HASH_BYTES | int.from_bytes(leaf[:_HASH_BYTES])
    symbols = "".join(_SYMBOLS[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    whole = symbols + _CHECKS[number % 37]
    return "-".join(whole[i : i + 4] for i in range(0, len(whole), 4))


def read_code(text: str) -> Code:
    """What a typed code says. ValueError where it was mistyped."""
    symbols = unicodedata.normalize("NFKC", text).strip().upper().translate(_SEEN_AS)
    if len(symbols) != _LENGTH + 1:
        raise ValueError(f"a code has {_LENGTH + 1} symbols, this one {len(symbols)}")
    if wrong := [symbol for symbol in symbols[:-1] if symbol not in _SYMBOLS]:
        raise ValueError(f"{wrong[0]!r} is in no code")
    number = 0
    for symbol in symbols[:-1]:
        number = number << 5 | _SYMBOLS.index(symbol)
    if symbols[-1] != _CHECKS[number % 37]:
        raise ValueError("the code was mistyped: its last symbol does not fit the others")
    return Code(number >> 8 * _HASH_BYTES, (number & (1 << 8 * _HASH_BYTES) - 1).to_bytes(_HASH_BYTES))
