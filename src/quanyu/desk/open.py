"""Files → programmes ready to use, or findings that say why not."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from quanyu.checks import check_programme, check_versions
from quanyu.engine import Compiled, compile_programme
from quanyu.language.load import Document, load_case, load_programme
from quanyu.language.programme import Case, Programme
from quanyu.terms import Finding, Place, Text, refusals

__all__ = ["Opened", "OpenedCase", "files_of", "open_case", "open_programme", "versions_beside"]


@dataclass(frozen=True)
class Opened:
    """A programme that no finding refuses. findings: what is doubtful."""

    path: Path
    document: Document[Programme]
    compiled: Compiled
    findings: tuple[Finding, ...]

    @property
    def programme(self) -> Programme:
        """The programme itself."""
        return self.document.value


@dataclass(frozen=True)
class OpenedCase:
    """A case with the programme it is settled under."""

    path: Path
    case: Case
    under: Opened
    excerpts: Mapping[str, tuple[str, ...]]


def open_programme(path: Path) -> Opened | list[Finding]:
    """A programme, read, checked and compiled; every finding where it is refused."""
    document, findings = load_programme(path)
    if document is None:
        return findings
    findings = check_programme(document)
    if refusals(findings):
        return findings
    compiled = compile_programme(document.value)
    if isinstance(compiled, list):
        return [*findings, *(placed(f, path) for f in compiled)]
    return Opened(path, document, compiled, tuple(findings))


def open_case(path: Path) -> OpenedCase | list[Finding]:
    """A case and its programme."""
    document, findings = load_case(path)
    if document is None:
        return findings
    under = open_programme((path.parent / document.value.programme).resolve())
    if isinstance(under, list):
        place = document.place(("programme",))
        reason = Text(
            f"它所依据的 {document.value.programme} 有错", f"its programme {document.value.programme} is refused"
        )
        remedy = Text("先改好方案文件", "mend the programme first")
        return [Finding("programme-refused", place, reason, remedy, excerpt=document.excerpt(place)), *under]
    return OpenedCase(path, document.value, under, document.lines)


def placed(finding: Finding, path: Path, lines: Mapping[str, tuple[str, ...]] | None = None) -> Finding:
    """A finding with a place: its own with the line there, or the file as a whole."""
    if finding.place is None:
        return replace(finding, place=Place(str(path), 1, 1))
    source = (lines or {}).get(finding.place.file, ())
    if finding.excerpt or not 0 < finding.place.line <= len(source):
        return finding
    return replace(finding, excerpt=source[finding.place.line - 1])


def files_of(paths: Iterable[Path], suffixes: tuple[str, ...] = (".yaml", ".yml", ".case")) -> Iterator[Path]:
    """The files named, and all files of the suffixes in the folders named, in the order of their names."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix in suffixes and p.is_file())
        else:
            yield path


def versions_beside(paths: Iterable[Path]) -> list[Finding]:
    """Findings about programmes that stand in one folder as versions of each other."""
    documents = [d for d, _ in (load_programme(p) for p in paths) if d is not None]
    return check_versions(documents)
