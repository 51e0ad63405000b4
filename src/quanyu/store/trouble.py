"""What can be wrong with a store: said in two languages, with a remedy."""

from quanyu.terms import Text

__all__ = ["ConflictError", "StoreError"]


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
