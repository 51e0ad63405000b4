"""Where the data lives, and which user of the system the server runs as: root never runs PostgreSQL."""

import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from quanyu.store.trouble import StoreError
from quanyu.terms import Text

if sys.platform != "win32":
    import pwd

__all__ = ["Account", "become", "data_folder", "own_folder"]

FOLDER = "store"
_FOR_ROOT = Path("/var/lib/quanyu")
_SERVICE = ("quanyu", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user of the system."""

    name: str
    uid: int
    gid: int


def data_folder(environment: Mapping[str, str]) -> Path:
    """QUANYU_DATA, else the user's data folder as the system has it; /var/lib/quanyu for root."""
    if named := environment.get("QUANYU_DATA"):
        return Path(named).expanduser().absolute()
    if os.geteuid() == 0:
        return _FOR_ROOT
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "quanyu"
    given = Path(environment.get("XDG_DATA_HOME", ""))
    # A relative path is to be ignored: XDG Base Directory Specification 0.8.
    return (given if given.is_absolute() else Path.home() / ".local" / "share") / "quanyu"


def own_folder(data: Path) -> tuple[Path, Account]:
    """The folder `store` in `data`, made where there is none, and the user it belongs to, who runs the server.

    An existing folder keeps its owner and its permissions, and so do all above it. Made by root it belongs to the owner
    of `data`, or to an unprivileged user where that is root too.
    """
    folder = data / FOLDER
    try:
        data.mkdir(mode=0o755, parents=True, exist_ok=True)
        if not folder.exists():
            _make(folder, _heir(data))
        owner = folder.stat()
    except OSError as error:
        raise _closed(folder, str(error)) from error
    if owner.st_uid not in (os.geteuid(), 0) and os.geteuid() != 0:
        raise _closed(folder, _account(owner.st_uid).name)
    if owner.st_uid == 0:
        raise StoreError(
            Text(
                en=f"{folder} belongs to root, as whom PostgreSQL does not run",
                zh=f"{folder} 属于 root，而 PostgreSQL 不以 root 运行",
            ),
            Text(
                en="remove it if it is empty, or set QUANYU_DATA to another folder",
                zh="如为空请删除，或将 QUANYU_DATA 设为其他目录",
            ),
        )
    return folder, _account(owner.st_uid)


def become(account: Account) -> None:
    """Gives up root for good; nothing where the process is that user already."""
    if os.geteuid() == account.uid:
        return
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)


def _make(folder: Path, heir: Account) -> None:
    fresh = folder.with_name(f"{FOLDER}.new-{os.getpid()}")
    fresh.mkdir(mode=0o700)
    if heir.uid != os.geteuid():
        os.chown(fresh, heir.uid, heir.gid)
    try:
        fresh.rename(folder)
    except OSError:
        # Another process was first.
        fresh.rmdir()


def _heir(data: Path) -> Account:
    if os.geteuid() != 0:
        return _account(os.geteuid())
    owner = data.stat().st_uid
    if owner != 0:
        return _account(owner)
    for name in _SERVICE:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise StoreError(
        Text(
            en="root has no unprivileged user to run PostgreSQL as",
            zh="以 root 运行时找不到可用于运行 PostgreSQL 的普通用户",
        ),
        Text(en="add one: useradd --system quanyu", zh="请添加：useradd --system quanyu"),
    )


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise StoreError(
            Text(en=f"the system knows no user {uid}", zh=f"系统中没有编号为 {uid} 的用户"),
            Text(
                en="give the user a name in /etc/passwd: PostgreSQL asks for it",
                zh="请在 /etc/passwd 中登记该用户，PostgreSQL 需要其名称",
            ),
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _closed(folder: Path, who: str) -> StoreError:
    return StoreError(
        Text(en=f"{folder} is closed to this user ({who})", zh=f"当前用户无法使用 {folder}（{who}）"),
        Text(en="set QUANYU_DATA to a folder of your own", zh="请将 QUANYU_DATA 设为自己的目录"),
    )


def private(folder: Path, owner: int) -> bool:
    """Whether `folder` is a folder, no link, of that user, which nobody else can enter."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and not found.st_mode & 0o077
