"""The house rules that a machine can hold: sizes, bans, late imports. Each message names the remedy."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
EVERY = sorted(
    p for folder in ("src", "tests", "bench", "setup") for p in (ROOT / folder).rglob("*.py") if ".venvs" not in p.parts
)
LONGEST_FUNCTION, LONGEST_MODULE, MOST_PARAMETERS = 70, 500, 6
MAY_IMPORT_LATE = {
    "cli": "a door starts under 0.3 s",
    "desk": "start-up: verbs load what they use",
    "store": "an I/O adapter: the database's libraries load when there is a database to speak to",
    "tables": "I/O adapters load their reader when a file of its kind is opened",
}
LATE_ELSEWHERE = {
    "quanyu/formula/grammar.py": "most commands never read an expression",
    "quanyu/perils/loaders.py": "SciPy and Numba load when something is drawn",
    "quanyu/perils/cyclone/loaders.py": "Numba loads when a wind field is computed",
}
BANNED = {
    "datetime.now(": "take the time as an argument; desk reads the clock",
    "date.today(": "take the date as an argument; desk reads the clock",
    "np.random.seed": "take a seed as an argument",
    "eval(": "expressions go through the room formula",
    "exec(": "expressions go through the room formula",
    "# noqa\n": "name the rule and the reason",
    "fastmath=True": "it loses bit equality and buys nothing",
}


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    first = function.body[0]
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if told else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


@pytest.mark.parametrize("path", EVERY, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE, f"split {path.name}: {LONGEST_MODULE} lines at most"
    long = [f"{f.name}: {length(f)} lines" for f in functions(ast.parse(text)) if length(f) > LONGEST_FUNCTION]
    assert not long, f"split {long} ({LONGEST_FUNCTION} lines at most)"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_parameters_are_few_and_named(path: Path) -> None:
    for f in functions(ast.parse(path.read_text("utf-8"))):
        if any("jit" in ast.unparse(d) for d in f.decorator_list) or f.name.startswith("__"):
            continue
        count = len(f.args.args) + len(f.args.posonlyargs) + len(f.args.kwonlyargs)
        own = int(bool(f.args.args) and f.args.args[0].arg in ("self", "cls"))
        if path.parent.name == "cli":
            continue
        assert count - own <= MOST_PARAMETERS, f"{path.name}:{f.lineno} {f.name}: {MOST_PARAMETERS} parameters at most"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_stand_at_the_top(path: Path) -> None:
    room, name = path.relative_to(ROOT / "src" / "quanyu").parts[0], str(path.relative_to(ROOT / "src"))
    if room in MAY_IMPORT_LATE or name in LATE_ELSEWHERE:
        return
    late = [
        f"{path.name}:{n.lineno}"
        for f in functions(ast.parse(path.read_text("utf-8")))
        for n in ast.walk(f)
        if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    assert not late, f"{late}: move the import to the top, or list the file here with its reason"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_banned_is_used(path: Path) -> None:
    text = path.read_text("utf-8")
    used = [f"{bad!r}: {instead}" for bad, instead in BANNED.items() if re.search(r"(?<![\w.])" + re.escape(bad), text)]
    assert not used, f"{path.name}: {used}"


def test_every_module_says_what_it_is() -> None:
    silent = [str(p.relative_to(ROOT)) for p in SOURCES if not ast.get_docstring(ast.parse(p.read_text("utf-8")))]
    assert not silent, f"write a docstring at the top of {silent}"


def test_every_room_promises() -> None:
    rooms = [p for p in (ROOT / "src" / "quanyu").iterdir() if p.is_dir() and (p / "__init__.py").exists()]
    for room in rooms:
        promise = ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8"))) or ""
        assert all(word in promise for word in ("Takes", "Gives", "Never")), (
            f"{room.name}: state what it takes, gives, never does"
        )
