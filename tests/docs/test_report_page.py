"""The guide to the report names its parts as the report does, in its order."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_parts_are_those_of_the_report() -> None:
    guide = (ROOT / "docs/how-to/read-the-report.md").read_text("utf-8")
    template = (ROOT / "src/quanyu/documents/templates/programme.html.j2").read_text("utf-8")
    named = re.findall(r"^\| ([A-Z][\w, ]+) \| (\S+) \|", guide, re.M)
    shown = re.findall(r'#\{\{ at \}\}--\w+">\{\{ w\("([^"]+)", "([^"]+)"\) \}\}</a>\{% endif %\}', template)
    last = re.findall(r'--proofs">\{\{ w\("([^"]+)", "([^"]+)"\) \}\}</a>\n</nav>', template)
    assert named == [(en, zh) for zh, en in [*shown, *last]]
