"""Pages whose commands are run: files written, commands given, what they say compared.

Takes: a markdown page and an empty folder.
Gives: for each command, what it printed and the lines that the page shows of it.
Never: reaches outside the folder.

Blocks: ```` ```yaml file=NAME ```` is a file, whole; `csv` and `python` too, and a table whose NAME ends in `.xlsx`
becomes a workbook. ```` ```yaml in=NAME ```` replaces the parts of those names in it, or adds them.
```` ```console ```` holds commands after `$` and the lines that must be in their output: `…` in a line stands for
anything, `# exit 1` behind a command for its exit status.
"""

import contextlib
import io
import re
import runpy
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from typer.testing import CliRunner

from quanyu.cli.app import app
from quanyu.tables import write_table

__all__ = ["Command", "run_page"]

_BLOCK = re.compile(r"^```(\w+)(?: (file|in)=(\S+))?\n(.*?)^```$", re.M | re.S)
_COMMAND = re.compile(r"^\$ (.+?)(?:\s+# exit (\d))?$")
_BOXES = re.compile(r"[\s│┃─━┌┐└┘├┤┬┴┼┏┓┗┛┡┩╇╈┳┻╋═]+")
_WIDE = {"COLUMNS": "300", "NO_COLOR": "1"}


@dataclass(frozen=True)
class Command:
    """One command of a page: what it printed, its exit status, what the page says of both."""

    text: str
    output: str
    status: int
    expected: int
    shown: tuple[str, ...]

    def missing(self) -> list[str]:
        """The shown lines that are not in the output, in which blanks and boxes count as one blank."""
        output = plain(self.output)
        return [line for line in self.shown if not _within(line, output)]


def run_page(page: Path, folder: Path) -> Iterator[Command]:
    """Runs a page from its top to its end in `folder`, which must be the working directory."""
    spoken = "zh" if page.name.endswith(".zh.md") else "en"
    for kind, verb, name, body in _BLOCK.findall(page.read_text("utf-8")):
        if verb == "file":
            _write(folder / name, body)
        elif verb == "in":
            target = folder / name
            target.write_text(replaced(target.read_text("utf-8"), body), "utf-8")
        elif kind == "console":
            yield from _console(body, spoken)


def _write(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".xlsx":
        frame = pl.read_csv(io.StringIO(body))
        write_table(path, {name: frame[name].to_list() for name in frame.columns})
    else:
        path.write_text(body, "utf-8")


def replaced(text: str, parts: str) -> str:
    """A file with its top-level parts replaced by those of the same name, new ones added at the end."""
    sections = _sections(text) | _sections(parts)
    return "".join(sections.values())


def _sections(text: str) -> dict[str, str]:
    out: dict[str, str] = {}
    name = ""
    for line in text.splitlines(keepends=True):
        begins = re.match(r"([\w-]+):", line)
        name = begins[1] if begins else name
        out[name] = out.get(name, "") + line
    return out


def _console(body: str, spoken: str) -> Iterator[Command]:
    command: re.Match[str] | None = None
    shown: list[str] = []
    for line in [*body.splitlines(), "$ "]:
        if not line.startswith("$ "):
            shown.append(line)
            continue
        if command is not None:
            output, status = _run(command[1], spoken)
            yield Command(command[1], output, status, int(command[2] or 0), tuple(s for s in shown if s.strip(" …")))
        command, shown = _COMMAND.match(line), []


def _run(text: str, spoken: str) -> tuple[str, int]:
    words = shlex.split(text)
    program, arguments = Path(words[0]).name, words[1:]
    if program == "python":
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            runpy.run_path(arguments[0], run_name="__main__")
        return printed.getvalue(), 0
    assert program == "quanyu", f"a page runs quanyu or python, not {program}"
    result = CliRunner().invoke(app, arguments, env={**_WIDE, "QUANYU_LANG": spoken})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output, result.exit_code


def plain(text: str) -> str:
    """Blanks and boxes as one blank."""
    return _BOXES.sub(" ", text).strip()


def _within(line: str, output: str) -> bool:
    parts = [re.escape(plain(part)) for part in line.split("…")]
    return re.search(r".*?".join(parts), output) is not None
