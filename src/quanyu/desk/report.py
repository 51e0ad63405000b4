"""The whole chain: check, explain, price, simulate and settle every programme, and write one report."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from quanyu.desk.check import run_examples
from quanyu.desk.open import Opened, files_of, open_programme, placed
from quanyu.desk.pages import programme_page
from quanyu.desk.settle import SettledCase, settle_file
from quanyu.desk.simulate import Clock, Simulated, prepare, simulate_programme
from quanyu.documents import ProgrammePage, Report, RunFacts, write_report
from quanyu.simulation import Plan
from quanyu.terms import Finding, Text, refusals

__all__ = ["Chain", "Link", "programmes_here", "run_chain", "write_chain"]

Tell = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Link:
    """One version of a programme that went through the chain. examples, cases: how many held, of how many.

    premium, expected_loss, loss_ratio: of the party that prices, so that they go together; None without pricing.
    """

    name: Text
    version: str
    examples: tuple[int, int]
    cases: tuple[int, int]
    premium: float | None
    expected_loss: float | None
    loss_error: float
    loss_ratio: float | None
    seconds: float


@dataclass(frozen=True)
class Chain:
    """All programmes through the chain. refusals: findings that stopped one."""

    links: tuple[Link, ...]
    pages: tuple[ProgrammePage, ...]
    refusals: tuple[Finding, ...]
    years: int
    seed: int
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether a file was refused, or an example or case did not come out."""
        return bool(self.refusals) or any(x.examples[0] < x.examples[1] or x.cases[0] < x.cases[1] for x in self.links)


@dataclass(frozen=True)
class _Version:
    opened: Opened
    simulated: Simulated | None
    link: Link
    cases: tuple[SettledCase, ...]


def programmes_here() -> Path:
    """The programmes that come with the repository."""
    return Path(__file__).resolve().parents[3] / "programmes"


def run_chain(paths: Iterable[Path], *, years: int, seed: int, threads: int, clock: Clock, tell: Tell) -> Chain:
    """Every programme of the paths, version by version. tell: is told (done, of how many, what)."""
    begun = clock()
    files = [p for p in files_of(paths) if p.suffix != ".case"]
    versions: dict[str, list[_Version]] = defaultdict(list)
    refused: list[Finding] = []
    for number, path in enumerate(files):
        tell(number, len(files), f"{path.parent.name}/{path.stem}")
        made = _version(path, Plan(years, seed, threads), clock, refused)
        if made is not None:
            versions[made.opened.programme.programme].append(made)
    tell(len(files), len(files), "report.html")
    pages = tuple(_page(group) for group in versions.values())
    links = tuple(v.link for group in versions.values() for v in group)
    return Chain(links, pages, tuple(refused), years, seed, clock() - begun)


def _version(path: Path, plan: Plan, clock: Clock, refused: list[Finding]) -> _Version | None:
    begun = clock()
    opened = open_programme(path)
    if isinstance(opened, list):
        refused += refusals(opened)
        return None
    examples = run_examples(opened)
    cases, broken = _cases(path)
    refused += broken
    simulated: Simulated | None = None
    annual = prepare(opened) if opened.programme.assumptions is not None else None
    if isinstance(annual, list):
        refused += annual
    elif annual is not None:
        done = simulate_programme(annual, plan, clock=clock)
        if isinstance(done, list):
            refused += [placed(f, path) for f in done]
        else:
            simulated = done
    price = simulated.price if simulated is not None else None
    link = Link(
        name=opened.programme.name,
        version=str(opened.programme.version),
        examples=(sum(r.holds for r in examples), len(examples)),
        cases=(sum(c.holds for c in cases), len(cases) + len(broken)),
        premium=price.charged if price is not None else None,
        expected_loss=price.expected_loss.amount if price is not None else None,
        loss_error=price.loss_error if price is not None else 0.0,
        loss_ratio=price.loss_ratio if price is not None else None,
        seconds=clock() - begun,
    )
    return _Version(opened, simulated, link, tuple(cases))


def _cases(path: Path) -> tuple[list[SettledCase], list[Finding]]:
    """The cases beside a programme that are settled under it."""
    done: list[SettledCase] = []
    broken: list[Finding] = []
    for case in sorted(path.parent.glob("*.case")):
        settled = settle_file(case)
        if isinstance(settled, list):
            broken += refusals(settled)
        elif settled.opened.under.path == path.resolve():
            done.append(settled)
    return done, broken


def _page(group: Sequence[_Version]) -> ProgrammePage:
    """One page for all versions of a programme: the newest, with the others compared."""
    *older, newest = sorted(group, key=lambda v: v.opened.programme.version)
    cases = [case for version in (*older, newest) for case in version.cases]
    others = [(v.opened, v.simulated) for v in older]
    return programme_page(newest.opened, newest.simulated, cases, others=others)


def write_chain(chain: Chain, out: Path, *, made: str) -> Path:
    """Writes the report of a chain."""
    report = Report(
        title=Text("全域保险方案全链条报告", "Programmes through the whole chain"),
        programmes=chain.pages,
        made=made,
        run=RunFacts(years=chain.years, seed=chain.seed, seconds=chain.seconds),
    )
    return write_report(report, out)
