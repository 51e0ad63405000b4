"""The plain values of statements, bordereaux, subsidy settlements and accounts. Amounts are whole fen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from quanyu.documents.listed import Heading
from quanyu.terms import Text

__all__ = [
    "AccountMovements",
    "Bordereau",
    "BordereauLoss",
    "BordereauPremium",
    "MovementLine",
    "Statement",
    "StatementLine",
    "StatementSection",
    "SubsidyLine",
    "SubsidyStatement",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One entry. Debit is what the party owes, credit what it is owed; neither is negative, one of them is 0."""

    day: date
    document: str
    counterparty: Text
    text: Text
    debit: int = 0
    credit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementSection:
    """Entries of one kind (premium, losses paid, commission, …). A `memo` informs and leaves the balance alone,
    as a change of reserves does."""

    title: Text
    lines: Iterable[StatementLine]
    memo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A party's statement of account 账单. Balances are owed to the party where positive, owed by it where negative;
    `closing` is the book's own, and must be opening plus credits less debits."""

    heading: Heading
    opening: int
    sections: tuple[StatementSection, ...]
    closing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BordereauPremium:
    """A policy with the party's share of its premium; the net premium is what is left after commission."""

    policy: str
    insured: Text
    first: date
    last: date
    sum_insured: int
    premium: int
    share: Fraction
    own: int
    commission: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BordereauLoss:
    """A claim with the party's share of its loss, `own`, which is paid or outstanding."""

    claim: str
    policy: str
    day: date
    loss: int
    share: Fraction
    own: int
    paid: int
    outstanding: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bordereau:
    """What a leader or cedent reports to a member or reinsurer 业务明细表; None leaves a sheet out."""

    heading: Heading
    premiums: Iterable[BordereauPremium] | None = None
    losses: Iterable[BordereauLoss] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyLine:
    """Policies of one district and programme: the premium is what the insured pay plus what each level owes."""

    district: Text
    programme: Text
    policies: int
    sum_insured: int
    premium: int
    own: int
    due: tuple[int, ...]
    paid: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyStatement:
    """A settlement of premium subsidies 财政补贴结算表; `levels` of government in the order of `due` and `paid`."""

    heading: Heading
    levels: tuple[Text, ...]
    lines: tuple[SubsidyLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementLine:
    """An item of income or outgo of an account, in the period and since the year began."""

    text: Text
    period: int
    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMovements:
    """Income and outgo of an account such as a fund 基金收支表. Pairs are (period, year to date) in fen."""

    heading: Heading
    opening: tuple[int, int]
    income: tuple[MovementLine, ...]
    outgo: tuple[MovementLine, ...]
    closing: tuple[int, int]
