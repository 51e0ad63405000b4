"""Terms: values that cannot be wrong once made.

Takes  plain text and numbers.
Gives  places, findings, texts, exact numbers and intervals.
Never  reads a file, a clock or chance.
"""

from quanyu.terms.finding import Finding, Severity, refusals
from quanyu.terms.interval import Bound, Interval, read_interval
from quanyu.terms.number import NUMBER, UNITS, read_number, write_number
from quanyu.terms.place import Place
from quanyu.terms.text import Text

__all__ = [
    "NUMBER",
    "UNITS",
    "Bound",
    "Finding",
    "Interval",
    "Place",
    "Severity",
    "Text",
    "read_interval",
    "read_number",
    "refusals",
    "write_number",
]
