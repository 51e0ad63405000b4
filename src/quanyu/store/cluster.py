"""The data directory of PostgreSQL: built whole or not at all, opened only by its own version."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from quanyu.store.account import Account
from quanyu.store.binaries import Binaries
from quanyu.store.launch import run
from quanyu.store.trouble import StoreError
from quanyu.terms import Text

__all__ = ["DATABASE", "SUPERUSER", "ensure_cluster", "repair_pid_file", "write_access"]

SUPERUSER = "quanyu"
DATABASE = "quanyu"

_CLUSTER = "postgres"
_UNFINISHED = f"{_CLUSTER}.new-"


def ensure_cluster(folder: Path, binaries: Binaries, *, durable: bool, tell: Callable[[Text], None]) -> Path:
    """The data directory in `folder`, built where there is none. The caller alone may be at work in `folder`.

    durable: whether files are flushed to disk. Raises StoreError where it is of another version, or cannot be built.
    """
    for left in folder.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)
    cluster = folder / _CLUSTER
    if cluster.exists():
        _check_version(cluster, binaries)
        return cluster
    tell(Text(en="making the database", zh="正在建立数据库"))
    fresh = folder / f"{_UNFINISHED}{os.getpid()}"
    _build(fresh, binaries, durable=durable)
    fresh.rename(cluster)
    if durable:
        _flush(folder)
    return cluster


def write_access(folder: Path, account: Account) -> dict[str, str]:
    """Writes who may connect, the server's own user of the system and root; gives the settings that name the files.

    The kernel says who is at the other end of the socket (peer); he may then be any user of the database.
    """
    access, users = folder / "access.conf", folder / "users.conf"
    access.write_text("local all all peer map=own\n", "utf-8")
    users.write_text("".join(f'own "{name}" all\n' for name in sorted({account.name, "root"})), "utf-8")
    return {"hba_file": str(access), "ident_file": str(users)}


def repair_pid_file(cluster: Path) -> None:
    """Makes a pid file that a dead server left harmless. The caller must know that nobody works in `cluster`.

    The number in it may by now be that of a stranger, at whom PostgreSQL would stop; in its place comes our own, which
    PostgreSQL knows as its parent's and passes over. The rest stays: it names the shared memory, which PostgreSQL
    checks for left-over children. A file without a number, cut off by a crash, goes.
    """
    path = cluster / "postmaster.pid"
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return
    if not lines or not lines[0].strip().isdecimal():
        path.unlink()
        return
    fresh = path.with_suffix(".new")
    fresh.write_text("\n".join([str(os.getpid()), *lines[1:], ""]), "utf-8")
    fresh.chmod(0o600)
    fresh.rename(path)


def _build(fresh: Path, binaries: Binaries, *, durable: bool) -> None:
    command = [binaries.program("initdb"), "-D", str(fresh), "-U", SUPERUSER]
    command += ["--auth-local=peer", "--auth-host=reject", "--data-checksums", "--encoding=UTF8", "--locale=C"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
    made = run(command if durable else [*command, "--no-sync"])
    if made.returncode == 0:
        single = [binaries.program("postgres"), "--single", "-D", str(fresh), "-c", "exit_on_error=on"]
        single += ["-c", "listen_addresses=", "-c", f"fsync={'on' if durable else 'off'}", "postgres"]
        made = run(single, f"CREATE DATABASE {DATABASE}\n")
    if made.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        said = made.stderr.strip() or made.stdout.strip()
        raise StoreError(
            Text(en=f"the database could not be made: {said}", zh=f"数据库未能建立：{said}"),
            Text(
                en="mend what PostgreSQL names, then try again; nothing is left behind",
                zh="请按 PostgreSQL 所述处理后重试；未留下残余文件",
            ),
        )


def _check_version(cluster: Path, binaries: Binaries) -> None:
    try:
        written = (cluster / "PG_VERSION").read_text("utf-8").strip()
    except OSError:
        written = ""
    if written == str(binaries.major):
        return
    if not written:
        raise StoreError(
            Text(en=f"{cluster} is not a database of PostgreSQL", zh=f"{cluster} 不是 PostgreSQL 数据库"),
            Text(
                en="move it away, or set QUANYU_DATA to another folder", zh="请将其移走，或将 QUANYU_DATA 设为其他目录"
            ),
        )
    raise StoreError(
        Text(
            en=f"{cluster} was written by PostgreSQL {written}, the programs found are of PostgreSQL {binaries.major}",
            zh=f"{cluster} 由 PostgreSQL {written} 写成，而现有程序为 PostgreSQL {binaries.major}",
        ),
        Text(
            en=f"set QUANYU_POSTGRES_BIN to the programs of {written}, dump with its pg_dump, move the folder away and"
            f" restore with PostgreSQL {binaries.major}",
            zh=f"请将 QUANYU_POSTGRES_BIN 指向 {written} 版程序，用其 pg_dump 导出，移走该目录，"
            f"再以 {binaries.major} 版恢复",
        ),
    )


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
