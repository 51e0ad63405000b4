"""Formula: the expressions of programme files.

Takes  a text, the types of the names it may use, and a row or a table of values.
Gives  a tree, its type with findings, the exact value on a row, and the same values in columns.
Never  runs Python, reads a file, or raises for what a user wrote.
"""

from quanyu.formula.checker import check
from quanyu.formula.column_values import Column, SeriesColumn, TextColumn
from quanyu.formula.columns import columns
from quanyu.formula.divisions import divisions
from quanyu.formula.functions import FUNCTIONS, RESERVED, Function
from quanyu.formula.grammar import GRAMMAR, parse
from quanyu.formula.render import render
from quanyu.formula.row import constant, evaluate
from quanyu.formula.tree import Expression, Node, names
from quanyu.formula.types import Kind, Type
from quanyu.formula.values import (
    DivisionByZero,
    EvaluationError,
    Given,
    MissingName,
    Series,
    Undefined,
    Value,
    WrongType,
)

__all__ = [
    "FUNCTIONS",
    "GRAMMAR",
    "RESERVED",
    "Column",
    "DivisionByZero",
    "EvaluationError",
    "Expression",
    "Function",
    "Given",
    "Kind",
    "MissingName",
    "Node",
    "Series",
    "SeriesColumn",
    "TextColumn",
    "Type",
    "Undefined",
    "Value",
    "WrongType",
    "check",
    "columns",
    "constant",
    "divisions",
    "evaluate",
    "names",
    "parse",
    "render",
]
