"""The words of the public classes are words of the glossary, which gives each in two languages."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = sorted(p.name for p in (ROOT / "src/quanyu").iterdir() if (p / "__init__.py").exists())
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in (ROOT / "GLOSSARY.md").read_text("utf-8").splitlines()
    if re.match(r"\| (?!word )", line)
]
WORDS = {word for row in ROWS for word in re.findall(r"[a-z]+", row[0].lower())}
PLAIN = {
    # what a program is made of, not what it is about
    "bin", "compiled", "error", "evaluation", "expression", "function", "grid", "interval", "kind", "lookup",
    "missing", "name", "node", "place", "rule", "run", "source", "stored", "table", "text", "type",
    "undefined", "wrong", "zero", "division",
    # plain English that means what a dictionary says
    "annual", "answer", "by", "chance", "change", "compared", "comparison", "estimate", "exact", "point",
    "refused", "result", "reverting", "settled", "taken", "taker", "time", "unit", "page",
}  # fmt: skip


def classes(room: str) -> list[str]:
    """The public classes of a room."""
    module = importlib.import_module(f"quanyu.{room}")
    return [name for name in getattr(module, "__all__", ()) if inspect.isclass(getattr(module, name))]


def words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z][a-z]*", name)]


@pytest.mark.parametrize("room", ROOMS)
def test_public_names_use_the_words_of_the_glossary(room: str) -> None:
    missing = {
        f"{name}: {word}"
        for name in classes(room)
        for word in words(name)
        if not {word, word.removesuffix("s"), f"{word}s"} & (WORDS | PLAIN)
    }
    assert not missing, f"put the words of {sorted(missing)} into GLOSSARY.md, or use those that stand there"


def test_every_word_has_its_chinese_and_its_meaning() -> None:
    assert len(ROWS) > 100
    bare = [row[0] for row in ROWS if not all(row[1:3])]
    assert not bare


def test_words_stand_once_and_in_order() -> None:
    english = [row[0] for row in ROWS if row[0].isascii() and len(row) == 4]
    assert english == sorted(set(english))


def test_plain_words_are_used_and_are_not_explained_twice() -> None:
    used = {word for room in ROOMS for name in classes(room) for word in words(name)}
    needless = {word for word in PLAIN if not {word, f"{word}s"} & used or word in WORDS}
    assert not needless
