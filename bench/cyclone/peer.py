"""The environment of CLIMADA. Its requirement GDAL has no wheel, so the package comes without its requirements, these
one by one, and a stand-in for GDAL, which only its nightlights use."""

import subprocess
import sys
from pathlib import Path

from bench.environments import FOLDER, call, digest

HOME = Path(__file__).resolve().parent
VERSIONS = HOME / "climada.txt"
STAND_IN = '"""Stands in for GDAL."""\n'


def climada_python() -> Path:
    """The environment's python, built on first use; raises UnreadyError with the reason where it cannot be."""
    folder = FOLDER / "climada"
    python, mark = folder / "bin" / "python", folder / "ready"
    wanted = digest(VERSIONS.read_bytes())
    if mark.exists() and mark.read_text() == wanted:
        return python
    print("building the environment climada ...", file=sys.stderr)
    if not python.exists():
        call(sys.executable, "-m", "venv", str(folder))
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")
    call(str(python), *install, "--requirement", str(VERSIONS))
    _stand_in(python)
    mark.write_text(wanted)
    return python


def _stand_in(python: Path) -> None:
    ask = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    said = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True)
    package = Path(said.stdout.strip()) / "osgeo"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").write_text(STAND_IN)
    (package / "gdal.py").write_text(STAND_IN)
