"""The page on tables lists every heading that is understood, and no other."""

import re
from pathlib import Path

from quanyu.desk.intake.headings import HEADINGS

PAGE = (Path(__file__).resolve().parents[2] / "docs/how-to/import-tables.md").read_text("utf-8")


def test_the_headings_are_those_of_the_product() -> None:
    listed = re.findall(r"^\| `(\w+)` \| ([a-z, ]+) \| (\S+) \|$", PAGE, re.M)
    told = {
        (kind, name, word) for name, kinds, words in listed for kind in kinds.split(", ") for word in words.split("、")
    }
    known = {(kind, name, word) for kind, of in HEADINGS.items() for name, words in of.items() for word in words}
    assert told == known
