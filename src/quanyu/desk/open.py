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
    """A case with the programme it is settled under: the last of `versions` where it names their folder."""

    path: Path
    case: Case
    under: Opened
    excerpts: Mapping[str, tuple[str, ...]]
    versions: tuple[Opened, ...] = ()


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
    target = (path.parent / document.value.programme).resolve()
    versions = _versions(target) if target.is_dir() else open_programme(target)
    if isinstance(versions, list):
        place = document.place(("programme",))
        reason = Text(
            f"它所依据的 {document.value.programme} 有错", f"its programme {document.value.programme} is refused"
        )
        remedy = Text("先改好方案文件", "mend the programme first")
        return [Finding("programme-refused", place, reason, remedy, excerpt=document.excerpt(place)), *versions]
    if isinstance(versions, Opened):
        return OpenedCase(path, document.value, versions, document.lines)
    return OpenedCase(path, document.value, versions[-1], document.lines, versions)


def _versions(folder: Path) -> tuple[Opened, ...] | list[Finding]:
    """Every version in a folder, the earliest first; what is wrong in any of them, and where two overlap."""
    files = list(files_of([folder], (".yaml", ".yml")))
    opened = [open_programme(file) for file in files]
    findings = [f for one in opened if isinstance(one, list) for f in one]
    known = [one for one in opened if isinstance(one, Opened)]
    if not findings and len({one.programme.programme for one in known}) > 1:
        findings = [_several(folder, known)]
    findings = refusals(findings or check_versions([one.document for one in known]))
    if not known and not findings:
        findings = [placed(_no_versions(), folder)]
    return findings or tuple(sorted(known, key=lambda one: one.programme.period.since or one.programme.version))


def _several(folder: Path, known: Iterable[Opened]) -> Finding:
    names = ", ".join(sorted({one.programme.programme for one in known}))
    return Finding(
        "versions-differ",
        Place(str(folder), 1, 1),
        Text(f"文件夹里是不同的方案：{names}", f"the folder holds different programmes: {names}"),
        Text("一个文件夹只放一个方案的各版", "keep the versions of one programme in a folder of their own"),
    )


def _no_versions() -> Finding:
    return Finding(
        "cannot-read",
        None,
        Text("文件夹里没有方案文件", "there is no programme file in the folder"),
        Text("programme: 写文件或各版所在的文件夹", "`programme:` names a file, or the folder of its versions"),
    )


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
