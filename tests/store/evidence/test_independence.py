"""The stranger's side shares the digest rule with the writer's, and nothing else."""

import ast
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

import quanyu.store.evidence
from quanyu.store.evidence.rule import Rule
from quanyu.store.evidence.verify import Entry, verify
from store.evidence.test_verify import KEYS, Book

FOLDER = Path(quanyu.store.evidence.__file__).parent
STRANGER = ("proof", "note", "verify", "code", "bundle", "discrepancy")
WRITER = ("tree", "head", "tables", "log", "columns", "sql")
SHARED = {"quanyu.store.evidence.rule", "quanyu.terms"}


def imported(module: str) -> set[str]:
    nodes = list(ast.walk(ast.parse((FOLDER / f"{module}.py").read_text("utf-8"))))
    names = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name for name in names if name.startswith("quanyu")}


@pytest.mark.parametrize("module", STRANGER)
def test_a_stranger_needs_nothing_of_the_writer(module: str) -> None:
    assert imported(module) <= SHARED | {f"quanyu.store.evidence.{name}" for name in STRANGER}


@pytest.mark.parametrize("module", WRITER)
def test_the_writer_needs_nothing_of_the_stranger(module: str) -> None:
    assert not imported(module) & {f"quanyu.store.evidence.{name}" for name in STRANGER}


def test_every_module_is_on_one_side() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == {*STRANGER, *WRITER, "__init__", "rule", "derive"}


def test_a_bundle_is_checked_without_database_libraries() -> None:
    program = (
        "import sys, quanyu.store.evidence.bundle;"
        "sys.exit(str({'sqlalchemy', 'psycopg', 'polars', 'numpy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "set()"


def test_memory_does_not_grow_with_the_log() -> None:
    rule, heads = Rule(), Book(count=1, sizes=(0,)).heads

    def entries(count: int) -> Iterator[Entry]:
        for seq in range(count):
            record = b"%d" % seq
            yield Entry(seq, "policy", seq, b"altered" if seq % 2 else record, rule.leaf(record))

    def peak(count: int) -> int:
        tracemalloc.start()
        verify(entries(count), heads, KEYS, most=100)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    assert peak(20_000) < peak(1_000) + 20_000
