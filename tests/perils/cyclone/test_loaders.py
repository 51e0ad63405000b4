"""Reading tracks must not pay for what only a wind field needs."""

import subprocess
import sys


def test_tracks_are_read_without_numba_or_scipy() -> None:
    code = (
        "import sys, quanyu.perils.cyclone.reading, quanyu.perils.cyclone as c; c.bundled(); "
        "sys.exit(any(name in sys.modules for name in ('numba', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
