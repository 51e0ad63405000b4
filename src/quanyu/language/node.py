"""The base of all parts of the model: frozen, strict about keys, and aware of its line."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, PrivateAttr, model_validator

from quanyu.language.tree import Map
from quanyu.terms import Place

__all__ = ["Node"]


class Node(BaseModel):
    """A part of a programme. Two parts are equal when they say the same, wherever they stand."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, populate_by_name=True)
    _place: Place | None = PrivateAttr(default=None)

    @model_validator(mode="wrap")
    @classmethod
    def _keep_place(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        node = handler(data)
        if isinstance(data, Map):
            node._place = data.place
        return node

    @property
    def place(self) -> Place | None:
        """Where this part begins in its file."""
        return self._place

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), repr(self.__dict__)))
