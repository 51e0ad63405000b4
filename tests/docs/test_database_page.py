"""The scripts of the page about the database: what one server dumps another restores."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg

from quanyu.store import open_server
from quanyu.store.server import wait_until_stopped

_FILE = re.compile(r"^```python file=(\S+)\n(.*?)^```$", re.M | re.S)


def test_what_is_backed_up_is_restored_elsewhere(root: Path, seeded: Path, tmp_path: Path) -> None:
    page = (root / "docs/how-to/keep-the-database.md").read_text("utf-8")
    scripts = dict(_FILE.findall(page))
    with open_server(seeded, linger=0.1) as server, psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS amount")
    for name, data in (("backup.py", seeded), ("restore.py", seeded / "new")):
        environment = {**os.environ, "QUANYU_DATA": str(data)}
        (tmp_path / name).write_text(scripts[name], "utf-8")
        subprocess.run([sys.executable, tmp_path / name], cwd=tmp_path, env=environment, check=True)
    with open_server(seeded / "new", linger=0.1) as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT amount FROM kept").fetchall() == [(7,)]
    assert wait_until_stopped(seeded)
    assert wait_until_stopped(seeded / "new")
