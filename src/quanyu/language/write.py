"""A programme back to text: reading what is written gives the same programme."""

import datetime as dt
import re
from fractions import Fraction
from typing import Any

from quanyu.language.assumptions import LawSpec, TimeSpec
from quanyu.language.flows import Factor, Losses
from quanyu.language.node import Node
from quanyu.language.parts import FieldSpec, Scope
from quanyu.language.scalars import Duration, FieldType, Source, Table
from quanyu.terms import Text, write_number

__all__ = ["write_node"]

_WIDTH = 100
_PLAIN = re.compile(
    r"[\w\u4e00-\u9fff‰%〔〕（）·]([\w\u4e00-\u9fff‰%〔〕（）·./*+= <>-]*[\w\u4e00-\u9fff‰%〔〕（）·])?"
)
_MISREAD = re.compile(r"(?i)(null|~|true|false|yes|no|on|off)|.*: .*|.* #.*|0\d+")
_STEP_TERMS = ("franchise", "attachment", "limit", "cap", "quota")


def write_node(node: Node) -> str:
    """The canonical text of a programme, a case or a part of one."""
    return "\n".join(_lines(_plain(node), 0)) + "\n"


def _plain(value: Any) -> Any:
    """Nodes and values → mappings, lists and texts as an author would write them."""
    match value:
        case LawSpec():
            return _law(value)
        case TimeSpec() if value.uniform:
            return "uniform"
        case Losses() if value.model_fields_set == {"from_"}:
            return _plain(value.from_)
        case Factor() if value.model_fields_set == {"value"}:
            return _plain(value.value)
        case FieldSpec() if value.model_fields_set == {"type"}:
            return _plain(value.type)
        case Scope() if not value.determines:
            return _plain(value.columns)
        case Node():
            return _fields(value)
        case Table():
            return {
                str(k) if not isinstance(k.match, Fraction) else write_number(k.match): _plain(v) for k, v in value.rows
            }
        case Text():
            return value.zh if value.zh == value.en else {"zh": value.zh, "en": value.en}
        case Source() | Duration() | dt.date():
            return str(value)
        case FieldType():
            return (
                list(value.values)
                if value.values
                else (value.kind if value.low is None else f"{value.low}..{value.high}")
            )
        case bool():
            return "true" if value else "false"
        case dict():
            return {str(k): _plain(v) for k, v in value.items()}
        case tuple() | list():
            return [_plain(v) for v in value]
        case None:
            return ""
    return str(value)


def _fields(node: Node) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, info in type(node).model_fields.items():
        if name not in node.model_fields_set:
            continue
        value = getattr(node, name)
        key = info.alias or name
        if name in _STEP_TERMS and isinstance(value, tuple):
            terms = dict(value)
            out[key] = _plain(terms["claim"]) if list(terms) == ["claim"] else _plain(terms)
        elif value is not None:
            out[key] = _plain(value)
    return out


def _law(law: LawSpec) -> dict[str, Any]:
    inner: Any = _plain(law.parameters)
    if law.argument is not None:
        inner = _plain(law.argument)
    elif law.values:
        inner = _plain(law.values)
    out = {law.name: inner}
    for bound in ("minimum", "maximum"):
        if (value := getattr(law, bound)) is not None:
            out[bound] = _plain(value)
    return out


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and not _MISREAD.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(v) for v in value) + "]"
    return _scalar(value)


def _short(value: Any, indent: int) -> str | None:
    """The value on one line, where it fits."""
    text = _flow(value)
    return text if indent + len(text) <= _WIDTH or not value else None


def _lines(value: Any, indent: int) -> list[str]:
    pad = " " * indent
    out: list[str] = []
    if isinstance(value, dict):
        for key, item in value.items():
            head = f"{pad}{_scalar(key)}:"
            nested = isinstance(item, dict | list)
            short = _short(item, len(head) + 1) if not nested or indent > 0 or not isinstance(item, dict) else None
            out += [f"{head} {short}"] if short is not None else [head, *_lines(item, indent + 2)]
        return out
    if isinstance(value, list):
        for item in value:
            short = _short(item, indent + 2)
            if short is not None:
                out.append(f"{pad}- {short}")
            else:
                inner = _lines(item, indent + 2)
                out += [f"{pad}- {inner[0].lstrip()}", *inner[1:]]
        return out
    return [pad + _scalar(value)]
