"""Makes the virtual environment `.venv` and installs Quanyu into it. Standard library only; Python 3.8 can read it.

python3 setup/environment.py          what `make demo` needs
python3 setup/environment.py --dev    also what `make test` needs
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"


def bounds(pyproject):
    """The lowest version and the first one too high, as pairs, from `requires-python = ">=3.11,<3.15"`."""
    found = re.search(r'requires-python = ">=(\d+)\.(\d+),<(\d+)\.(\d+)"', pyproject)
    if not found:
        raise ValueError("pyproject.toml states no requires-python of the form >=a.b,<c.d")
    a, b, c, d = map(int, found.groups())
    return (a, b), (c, d)


def objection(version, low, high):
    """Why this interpreter cannot be used, or None."""
    if low <= tuple(version[:2]) < high:
        return None
    have = ".".join(map(str, version[:2]))
    return (
        "Quanyu needs Python {}.{} or later, below {}.{}; this is {}.\n".format(*low, *high, have)
        + "全域需要 Python {}.{} 及以上、低于 {}.{}；当前是 {}。\n".format(*low, *high, have)
        + "Choose another one: make PYTHON=python{}.{} demo".format(*low)
    )


def missing_venv(version):
    """What to install where Python came without venv or pip."""
    return (
        "This Python cannot make virtual environments (venv or ensurepip is missing).\n"
        "这个 Python 不能创建虚拟环境（缺少 venv 或 ensurepip）。\n"
        "On Debian or Ubuntu: apt install python{}.{}-venv".format(*version[:2])
    )


def can_make_environments():
    """Whether venv with pip works here; Debian ships Python without ensurepip."""
    done = subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True, check=False)
    return done.returncode == 0


def install(extra):
    """Creates the environment where there is none and installs by name, held to the constraints."""
    python = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    subprocess.run(
        [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-c",
            str(ROOT / "constraints.txt"),
            "-e",
            str(ROOT) + extra,
        ],
        check=True,
    )


def main():
    """Sets up, or says in one breath why it cannot."""
    low, high = bounds((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    problem = objection(sys.version_info, low, high)
    if problem is None and not can_make_environments():
        problem = missing_venv(sys.version_info)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    dev = "--dev" in sys.argv[1:]
    print("Setting up .venv (once) … 正在准备 .venv（仅一次）…", flush=True)
    try:
        install("[dev]" if dev else "")
    except subprocess.CalledProcessError as error:
        print("Set-up failed: {}".format(" ".join(map(str, error.cmd))), file=sys.stderr)
        return error.returncode
    (ENVIRONMENT / "ready").touch()
    if dev:
        (ENVIRONMENT / "ready-dev").touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
