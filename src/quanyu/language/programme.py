"""A whole programme, and a case to settle under it."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from quanyu.language.assumptions import Assumptions
from quanyu.language.flows import Call, Gain, Losses, Premium, Recoveries, Services, Surplus
from quanyu.language.node import Node
from quanyu.language.parts import Account, Cover, Fact, Insured, Party, Period, Pool, Queue, Scope, Value
from quanyu.language.scalars import Date, Durations, Name, Source, SourceText, Texts, Truth

__all__ = ["Case", "Example", "Must", "Programme", "Stop", "spelled"]


def spelled(value: Any) -> Any:
    """Free data (rows, environments): scalars stay as written, lists become tuples, mappings stay mappings."""
    if isinstance(value, dict):
        return {str(k): spelled(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return tuple(spelled(v) for v in value)
    if isinstance(value, str):
        return Source(str(value), getattr(value, "place", None), getattr(value, "quoted", False))
    return (
        value
        if isinstance(value, Source) or value is None
        else Source(str(value).lower() if isinstance(value, bool) else str(value))
    )


Free = Annotated[Any, BeforeValidator(spelled, json_schema_input_type=Any)]
Row = Annotated[dict[str, Any], BeforeValidator(spelled, json_schema_input_type=dict[str, Any])]


class Example(Node):
    """A worked example: of a cover, of the rating, or of a flow. `check` runs it."""

    name: Texts | None = None
    cover: Name | None = None
    rate: Row | None = None
    flow: str | None = None
    env: Row = {}
    rows: tuple[Row, ...] = ()
    premium: tuple[Row, ...] = ()
    deposits: tuple[Row, ...] = ()
    expect: Free = None
    caused: Row = {}
    about: SourceText | None = None
    source: Texts | None = None


class Must(Node):
    """A condition that has to hold before a policy is issued."""

    when: SourceText | None = None
    that: SourceText
    source: Texts | None = None


class Reason(Node):
    """A condition on the risk, and what the applicant is told where it holds."""

    when: SourceText
    because: Texts
    source: Texts | None = None


class Underwriting(Node):
    """How a quote becomes a policy: how long it stands, what is declined, what a second person decides."""

    valid: Durations | None = None
    checked: Literal["never", "referred", "always"] = "referred"
    decline: tuple[Reason, ...] = ()
    refer: tuple[Reason, ...] = ()
    source: Texts | None = None


class Promises(Node):
    """What the programme promises about time, from the notice of a claim on."""

    decision: Durations | None = None
    payment: Durations | None = None
    source: Texts | None = None


class Stop(Node):
    """A condition that closes the programme to new business."""

    when: SourceText
    as_: Name | None = Field(default=None, alias="as")
    source: Texts | None = None


class State(Node):
    """Something carried from period to period, such as a no-claim level."""

    start: SourceText
    next: SourceText
    source: Texts | None = None


class Part(Node):
    """A part of the cover with a term of its own."""

    since: Texts = Field(alias="from")
    until: Texts = Field(alias="to")
    covers: tuple[Name, ...] = ()


class Declarations(Node):
    """How exposures are declared under an open cover."""

    due: Durations
    late: Literal["covered", "refused", "pro rata"]
    premium: Texts | None = None
    deposit: SourceText | None = None
    minimum: SourceText | None = None


class Duty(Node):
    """A duty that moves no money: what proceeds may be used for, an option, evidence."""

    use: tuple[Name, ...] = ()
    evidence: Texts | None = None
    within: Durations | None = None
    holder: Name | None = None
    right: Texts | None = None
    source: Texts | None = None


class Closes(Node):
    """When the books of a period close; later differences fall into the next open period."""

    after: Durations


class Conventions(Node):
    """Conventions of the programme: time zone and rounding, each the only one there is, and a business calendar."""

    time_zone: Literal["Asia/Shanghai"] = "Asia/Shanghai"
    calendar: Texts | None = None
    rounding: Literal["half-up"] = "half-up"


def _gain_form(value: Any) -> str:
    return "<map>" if isinstance(value, dict | Gain) else "<text>"


GainSpec = Annotated[Annotated[Gain, Tag("<map>")] | Annotated[SourceText, Tag("<text>")], Discriminator(_gain_form)]


def _scope(value: Any) -> Any:
    return {"columns": value} if isinstance(value, list | tuple) else value


class Programme(Node):
    """One version of an insurance programme, whole."""

    programme: str
    version: Date
    name: Texts
    family: Name
    source: Texts | None = None
    sources: tuple[Texts, ...] = ()
    extends: str | None = None
    illustrative: tuple[str, ...] = ()
    period: Period = Period()
    periods: dict[Name, Period] = {}
    queue: Queue = Queue()
    closes: Closes | None = None
    currency: Name = "CNY"
    unit: Name = "money"
    price: dict[Name, SourceText] = {}
    conventions: Conventions = Conventions()
    parties: dict[Name, Party]
    accounts: dict[Name, Account] = {}
    pools: dict[Name, Pool] = {}
    insured: Insured = Insured()
    plans: dict[Name, dict[Name, SourceText]] = {}
    states: dict[Name, State] = {}
    parts: dict[Name, Part] = {}
    declarations: Declarations | None = None
    scopes: dict[Name, Annotated[Scope, BeforeValidator(_scope, json_schema_input_type=Scope | list[str])]] = {}
    values: dict[Name, Value] = {}
    facts: dict[Name, Fact] = {}
    covers: dict[Name, Cover]
    combine: dict[Literal["max", "sum"], tuple[Name, ...]] = {}
    losses: Losses
    premium: Premium | None = None
    recoveries: Recoveries | None = None
    services: Services | None = None
    surplus: Surplus | None = None
    gains: dict[Name, GainSpec] = {}
    calls: Call | None = None
    must: tuple[Must, ...] = ()
    underwriting: Underwriting = Underwriting()
    promises: Promises = Promises()
    sees: dict[Name, tuple[Literal["policies", "claims", "money"], ...]] = {}
    stop: tuple[Stop, ...] = ()
    proceeds: Duty | None = None
    excludes: tuple[str, ...] = ()
    option: Duty | None = None
    examples: Annotated[tuple[Example, ...], Field(min_length=1)]
    assumptions: Assumptions | None = None

    @property
    def counted_in(self) -> str:
        """What amounts are printed in: the currency, or the unit where no money flows (hours, visits)."""
        return self.currency if self.unit == "money" else self.unit


class Case(Node):
    """Facts in, amounts out: a recorded or worked case settled under a programme."""

    case: Texts
    programme: str
    recorded: Truth = False
    source: Texts | None = None
    flow: Literal["losses", "premium.from", "premium.to", "recoveries", "services", "surplus"] = "losses"
    defaults: Row = {}
    premium: tuple[Row, ...] = ()
    deposits: tuple[Row, ...] = ()
    recovered: tuple[Row, ...] = ()
    ended: Row = {}
    rate: Row | None = None
    rows: tuple[Row, ...] = ()
    table: str | None = None
    known: Date | None = None
    expect: Row = {}
    illustrative: Truth = False
    note: Texts | None = None
