"""Which tasks there are, who takes part in each, in which environment, and how answers are judged."""

from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).resolve().parent
DATA = HOME / "data"
PEERS = HOME / "peers"
OURS = HOME / "subjects"
PRODUCT = "quanyu"


@dataclass(frozen=True)
class Environment:
    """Packages installed by name, held to the versions in peers/NAME.txt; `python` is the least version they need."""

    name: str
    packages: tuple[str, ...]
    python: tuple[int, int] = (3, 11)

    @property
    def constraints(self) -> Path:
        """The file of versions."""
        return PEERS / f"{self.name}.txt"


NUMPY = Environment("numpy", ("numpy", "scipy", "pyarrow"))
PAL = Environment("pal", ("proteusllp-actuarial-library",))
PROSPICIO = Environment("prospicio", ("prospicio", "numpy"))
GEMACT = Environment("gemact", ("gemact",))
AGGREGATE = Environment("aggregate", ("aggregate",), python=(3, 12))
POLARS = Environment("polars", ("polars",))
POLICYENGINE = Environment("policyengine", ("policyengine-core", "pyarrow"))
ZEN = Environment("zen", ("zen-engine", "pyarrow"))


@dataclass(frozen=True)
class Subject:
    """One line of the result: a script with its options in an environment, or a plain command that is only timed.

    Without an environment the interpreter that runs the benchmark is used (our own). In a command `{bin}` is the folder
    of that interpreter. `size` overrides the task's size: years to simulate, or the first rows to rate.
    """

    name: str
    script: Path | None = None
    options: tuple[str, ...] = ()
    environment: Environment | None = None
    command: tuple[str, ...] = ()
    ours: bool = False
    size: int | None = None
    timeout: int = 300


@dataclass(frozen=True)
class Task:
    """A benchmark: `judge` names how answers are held against the reference, `apart` the phases not counted as work.

    With `scaled`, the work of a subject run on fewer rows is scaled up to the task's size, save the phases in `once`.
    `measure` is the option that carries the size, None where there is none; `trial` is the size of the
    untimed first run.
    """

    name: str
    title: str
    subjects: tuple[Subject, ...]
    judge: str = "none"
    terms: str = "terms"
    measure: str | None = None
    size: int = 1
    trial: int = 1
    rounds: int = 5
    apart: tuple[str, ...] = ("import", "compile")
    scaled: bool = False
    once: tuple[str, ...] = ("read", "build")


def ours(task: str, *options: str, name: str = PRODUCT, size: int | None = None) -> Subject:
    """Our own subject of a task."""
    return Subject(name, OURS / f"ours_{task}.py", options, ours=True, size=size)


def peer(name: str, script: str, *options: str, environment: Environment, size: int | None = None) -> Subject:
    """Somebody else's package."""
    return Subject(name, PEERS / f"{script}.py", options, environment, size=size)


YEARS, MANY_YEARS, TRIAL_YEARS = 1_000_000, 10_000_000, 10_000
RISKS, TRIAL_RISKS = 168_000, 200

ANNUAL = Task(
    "t1",
    "1,000,000 years of a programme with four layers and 21 pool members: mean, sd, VaR and TVaR of every party",
    (
        ours("t1", "--threads", "1", name=f"{PRODUCT}, 1 thread"),
        ours("t1", "--threads", "2", name=f"{PRODUCT}, 2 threads"),
        peer("numpy", "t1_numpy", environment=NUMPY),
        peer("proteus-actuarial-library", "t1_pal", environment=PAL),
        peer("prospicio", "t1_prospicio", environment=PROSPICIO),
    ),
    judge="standard errors",
    measure="--years",
    size=YEARS,
    trial=TRIAL_YEARS,
)
MEMORY = Task(
    "t1-memory",
    "peak memory of t1 at 1,000,000 and at 10,000,000 years",
    (
        ours("t1", name=f"{PRODUCT}, 1,000,000 years", size=YEARS),
        ours("t1", name=f"{PRODUCT}, 10,000,000 years", size=MANY_YEARS),
    ),
    judge="standard errors",
    measure="--years",
    size=YEARS,
    trial=TRIAL_YEARS,
    rounds=3,
)
RESPLIT = Task(
    "resplit",
    "1,000,000 stored years of t1 split again under changed terms, nothing drawn again",
    (ours("resplit"), peer("numpy", "resplit_numpy", environment=NUMPY)),
    judge="standard errors",
    terms="changed",
    measure="--years",
    size=YEARS,
    trial=TRIAL_YEARS,
    apart=("import", "compile", "store", "statistics"),
)
EXACT = Task(
    "t3",
    "exact (FFT) statistics of the gross year and of each layer of t1, with error bounds",
    (
        ours("t3"),
        peer("numpy", "t3_numpy", environment=NUMPY),
        peer("gemact", "t3_gemact", environment=GEMACT),
        peer("prospicio", "t3_prospicio", environment=PROSPICIO),
        peer("aggregate, own grid", "t3_aggregate", environment=AGGREGATE),
        peer("aggregate, chosen grid", "t3_aggregate", "chosen", environment=AGGREGATE),
    ),
    judge="bounds",
)
RATING = Task(
    "rating",
    "168,000 risks through 190 factor tables, from the Parquet file's text columns to premiums in fen",
    (
        ours("rating"),
        peer("numpy", "rating_numpy", environment=NUMPY),
        peer("polars when/then", "rating_polars", "whenthen", environment=POLARS),
        peer("polars search", "rating_polars", "search", environment=POLARS),
        peer("polars replace", "rating_polars", "replace", environment=POLARS),
        peer("polars join", "rating_polars", "join", environment=POLARS),
        peer("policyengine-core", "rating_policyengine", environment=POLICYENGINE),
        peer("zen-engine, tables", "rating_zen", "tables", environment=ZEN, size=2_000),
        peer("zen-engine, expressions", "rating_zen", "expressions", environment=ZEN, size=8_000),
    ),
    judge="premiums",
    measure="--rows",
    size=RISKS,
    trial=TRIAL_RISKS,
    rounds=3,
    scaled=True,
)
START = Task(
    "start",
    "time from the shell's call to the end of `quanyu --help`, beside an interpreter that does nothing",
    (
        Subject(f"{PRODUCT} --help", command=("{bin}/" + PRODUCT, "--help"), ours=True),
        Subject("python -c pass", command=("{bin}/python", "-c", "pass")),
    ),
    rounds=11,
)
CHAN_HOM = Task(
    "chan-hom",
    "Typhoon Chan-hom 2015: 136,000 households from a table to claims, dues, payments and evidence, committed",
    (Subject(PRODUCT, OURS / "ours_chan_hom.py", ours=True),),
    measure="--rows",
    size=136_000,
    trial=2_000,
    rounds=3,
    apart=("import", "server"),
)
TASKS = {task.name: task for task in (ANNUAL, MEMORY, RESPLIT, EXACT, RATING, START, CHAN_HOM)}
