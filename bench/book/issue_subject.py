"""Issues a table of policies in a database and prints one JSON line: seconds, rows, peak memory of this process."""

import argparse
import datetime as dt
import json
import resource
import time
from pathlib import Path

from quanyu.book import publish
from quanyu.desk.booking import open_book
from quanyu.desk.intake.opened import Source
from quanyu.desk.open import Opened, open_programme
from quanyu.desk.register import issue_file

ROOT = Path(__file__).resolve().parents[2]
PROGRAMMES = (
    "shanghai/clinical-trial/2022-01-01.yaml",
    "national/first-set/2019-05-01.yaml",
    "shanghai/ic-pool/2021-10-01.yaml",
)


def main() -> None:
    """Publishes the programmes (not timed), then issues."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("table", type=Path)
    asked = parser.parse_args()
    with open_book(actor="bench", now=lambda: dt.datetime.now(dt.UTC), url=asked.url) as book:
        for name in PROGRAMMES:
            opened = open_programme(ROOT / "programmes" / name)
            assert isinstance(opened, Opened), opened
            programme = opened.programme
            book.act("publish", lambda journal, programme=programme: publish(journal, programme))
        began = time.perf_counter()
        done = issue_file(book, Source(asked.table))
        spent = time.perf_counter() - began
    assert not isinstance(done, list), done
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"work_s": round(spent, 2), "peak_mb": round(peak), "issued": str(done)}))


if __name__ == "__main__":
    main()
