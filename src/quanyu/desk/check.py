"""The verb `check`: everything that is wrong or doubtful, and the file's own examples."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from quanyu.desk.open import Opened, files_of, open_case, open_programme, placed, versions_beside
from quanyu.desk.settle import settle_case
from quanyu.engine.examples import Ran, run_example
from quanyu.terms import Finding, Place, Text, refusals

__all__ = ["Checked", "check_file", "check_files", "run_examples"]


@dataclass(frozen=True)
class Checked:
    """A file that was checked. examples: how many were run."""

    file: str
    findings: tuple[Finding, ...]
    examples: int = 0

    @property
    def refused(self) -> bool:
        """Whether any finding is an error."""
        return bool(refusals(self.findings))


def check_files(paths: Iterable[Path]) -> list[Checked]:
    """Checks files and folders; programmes of one folder also as versions of each other."""
    files = list(files_of(paths))
    checked = [check_file(path) for path in files]
    folders: dict[Path, list[Path]] = defaultdict(list)
    for path in files:
        if path.suffix != ".case":
            folders[path.parent].append(path)
    for group in folders.values():
        if len(group) > 1:
            checked = _with(checked, versions_beside(group))
    return checked


def _with(checked: list[Checked], findings: Iterable[Finding]) -> list[Checked]:
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_file[finding.place.file if finding.place else ""].append(finding)
    return [Checked(c.file, (*c.findings, *by_file.get(c.file, ())), c.examples) for c in checked]


def check_file(path: Path) -> Checked:
    """Checks one programme or case."""
    if path.suffix == ".case":
        return _check_case(path)
    opened = open_programme(path)
    if isinstance(opened, list):
        return Checked(str(path), tuple(opened))
    ran = run_examples(opened)
    wrong = [f for n, one in enumerate(ran) for f in _example_findings(opened, n, one)]
    return Checked(str(path), (*opened.findings, *wrong), len(ran))


def _check_case(path: Path) -> Checked:
    opened = open_case(path)
    if isinstance(opened, list):
        return Checked(str(path), tuple(opened))
    done = settle_case(opened)
    if isinstance(done, list):
        return Checked(str(path), tuple(placed(f, path, opened.excerpts) for f in done))
    wrong = [c for c in done.comparisons if not c.holds]
    findings = tuple(
        Finding(
            "case-differs",
            Place(str(path), 1, 1),
            Text(
                f"{c.name}：得 {float(c.got):,.2f}，应为 {float(c.expected):,.2f}",
                f"{c.name}: {float(c.got):,.2f}, not {float(c.expected):,.2f}",
            ),
            Text("核对案例的事实与方案的条款", "look at the facts of the case and the terms of the programme"),
        )
        for c in wrong
    )
    return Checked(str(path), findings, len(done.comparisons))


def run_examples(opened: Opened) -> list[Ran]:
    """The examples of a programme, run exactly."""
    return [run_example(opened.compiled, example) for example in opened.programme.examples]


def _example_findings(opened: Opened, number: int, ran: Ran) -> Iterable[Finding]:
    place = opened.document.place(("examples", number))
    lines = opened.document.lines
    for finding in ran.findings:
        own = finding if finding.place is not None else Finding(finding.code, place, finding.reason, finding.remedy)
        yield placed(own, opened.path, lines)
    if not ran.findings and not ran.holds:
        name = ran.example.name or Text.same(str(number + 1))
        yield Finding(
            "example-fails",
            place,
            Text(
                f"算例“{name.zh}”不符：{ran.differences()}", f"example {name.en!r} does not hold: {ran.differences()}"
            ),
            Text("改条款或改算例", "mend the terms or the example"),
            excerpt=opened.document.excerpt(place),
        )
