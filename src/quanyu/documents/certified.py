"""The plain values of a certificate of insurance 保险凭证. Amounts are whole fen, every figure already found."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from quanyu.documents.stated import Grid
from quanyu.terms import Text

__all__ = ["Certificate", "CertificateCover", "CertificateParty", "CertificateShare", "Verification"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateParty:
    """Somebody named in the contract. `identity`: a number that tells namesakes apart, already masked."""

    name: Text
    identity: str = ""
    address: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateShare:
    """A party with its part: of the risk (an insurer) or of the premium (a payer, with `amount` in fen)."""

    name: Text
    share: Fraction | None = None
    amount: int | None = None
    leader: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateCover:
    """One cover; `limit` and `attachment` in fen, in words where they are no amount, None where there is none."""

    name: Text
    limit: int | Text | None = None
    attachment: int | Text | None = None
    terms: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a stranger needs to check the paper against the evidence log.

    `code` is read aloud or typed, `content` is what the QR code holds, `command` what is run. `record` is the digest
    of the policy's record, entry `index` (from 0) of a log of `size` entries whose root is `root`, signed by `signer`.
    """

    code: str
    content: str
    command: str
    record: str
    index: int
    size: int
    root: str
    signer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Everything a certificate shows. `first` and `last` are whole days: cover runs from 00:00 to 24:00 of `zone`.

    Raises ValueError where shares of the insurers are not the whole, or the payers' amounts are not the premium.
    """

    number: str
    programme: Text
    version: str
    first: date
    last: date
    insurers: tuple[CertificateShare, ...]
    policyholder: CertificateParty
    insured: tuple[CertificateParty, ...]
    covers: tuple[CertificateCover, ...]
    verification: Verification
    issued: datetime
    beneficiaries: tuple[CertificateParty, ...] = ()
    pool: Text | None = None
    policy: str = ""
    premium: int | None = None
    payers: tuple[CertificateShare, ...] = ()
    special_terms: tuple[Text, ...] = ()
    schedule: Grid | None = None
    contact: Text | None = None
    zone: str = "Asia/Shanghai"
    illustrative: bool = False

    def __post_init__(self) -> None:
        shares = [i.share for i in self.insurers if i.share is not None]
        if len(shares) != len(self.insurers) or sum(shares) != 1:
            raise ValueError(f"certificate {self.number}: the insurers' shares are {sum(shares)} of the risk, not 1")
        paid = sum(p.amount or 0 for p in self.payers)
        if self.payers and paid != self.premium:
            raise ValueError(f"certificate {self.number}: the payers pay {paid} fen of a premium of {self.premium}")
        if self.last < self.first:
            raise ValueError(f"certificate {self.number}: the period ends before it begins")
        if self.issued.tzinfo is None:
            raise ValueError(f"certificate {self.number}: `issued` needs a time zone")
