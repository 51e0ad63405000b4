"""What can be wrong with a store: said in two languages, with a remedy."""

from quanyu.terms import Text

__all__ = ["ConflictError", "StoreError", "trouble_of"]

_AGAIN = Text(en="nothing was changed; try again", zh="未作任何改动，请重试")
_SPACE = Text(
    en="make room on the disk of the database, then do it again; nothing was changed",
    zh="请为数据库腾出磁盘空间后重做；未作任何改动",
)
_CLASSES = {
    "08": (Text(en="the connection to the database broke", zh="与数据库的连接中断"), _AGAIN),
    "53": (
        Text(en="the database is at the end of its means", zh="数据库资源耗尽"),
        Text(en="let others finish, then do it again; nothing was changed", zh="请待他人完成后重做；未作任何改动"),
    ),
    "57": (Text(en="the database ended the connection", zh="数据库终止了连接"), _AGAIN),
    "58": (
        Text(en="the database cannot read or write its files", zh="数据库无法读写其文件"),
        Text(en="see the log of the server; nothing was changed", zh="请查看数据库日志；未作任何改动"),
    ),
    "XX": (
        Text(en="the database met a fault of its own, or damaged files", zh="数据库内部出错或文件损坏"),
        Text(en="see the log of the server; nothing was changed", zh="请查看数据库日志；未作任何改动"),
    ),
}
"""By the class of SQLSTATE: PostgreSQL manual, appendix A."""
_STATES = {
    "53100": (Text(en="the disk of the database is full", zh="数据库磁盘已满"), _SPACE),
    "53300": (
        Text(en="too many work on the database at once", zh="数据库连接数已满"),
        Text(en="try again in a moment; nothing was changed", zh="请稍后重试；未作任何改动"),
    ),
    "57014": (
        Text(en="a statement took longer than it may, or waited that long for others", zh="语句超时，或等待他人过久"),
        Text(en="nothing was changed; try again when less is going on", zh="未作任何改动，请在空闲时重试"),
    ),
    "25P03": (Text(en="the act stood still for too long", zh="操作停顿过久"), _AGAIN),
    "25006": (
        Text(en="the database can only be read", zh="数据库只读"),
        Text(
            en="name the server that is written to: QUANYU_DATABASE_URL", zh="请以 QUANYU_DATABASE_URL 指明可写的服务器"
        ),
    ),
}


class StoreError(Exception):
    """The store cannot be had. reason: what is in the way. remedy: what the user can do about it."""

    def __init__(self, reason: Text, remedy: Text) -> None:
        super().__init__(reason, remedy)
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.reason.en}: {self.remedy.en}\n{self.reason.zh}：{self.remedy.zh}"


class ConflictError(StoreError):
    """Others changed the same rows at the same time, again and again. sqlstate: what PostgreSQL said last."""

    def __init__(self, sqlstate: str, attempts: int) -> None:
        super().__init__(
            Text(
                en=f"others changed the same rows at the same time, {attempts} times in a row ({sqlstate})",
                zh=f"他人同时改动了同一批数据，连续{attempts}次（{sqlstate}）",
            ),
            Text(en="nothing was changed; try again", zh="未作任何改动，请重试"),
        )
        self.sqlstate = sqlstate


def trouble_of(error: BaseException | None, *, doubtful: bool = False) -> StoreError | None:
    """What an error of the database says to the user; None where it is no trouble of the server's, but a fault of ours.

    error: of psycopg. doubtful: it came while the transaction was committed, so that nobody knows what became of it.
    """
    # psycopg is loaded by then: the error is its own.
    import psycopg

    if not isinstance(error, psycopg.Error):
        return None
    state = error.sqlstate or ("08006" if isinstance(error, psycopg.OperationalError) else "")
    found = _STATES.get(state) or _CLASSES.get(state[:2])
    if found is None:
        return None
    reason, remedy = found
    said = str(error).strip().splitlines()
    told = f" ({said[0]})" if said else ""
    if doubtful and state[:2] in ("08", "57"):
        remedy = Text(
            en="it is not known whether the act was written: look, or do it again with the same --reference or file",
            zh="不知是否已写入：请查看，或以同一 --reference 或同一文件重做",
        )
    return StoreError(Text(en=reason.en + told, zh=f"{reason.zh}{told}"), remedy)
