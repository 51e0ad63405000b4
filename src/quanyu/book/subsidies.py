"""Premium that governments pay: by programme and district, what each level owes and has paid."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from quanyu.book.bordereaux import whole_fen
from quanyu.book.statements import Name, names_of
from quanyu.terms import Text

__all__ = ["LEVELS", "Subsidised", "level_of", "subsidies_of"]

LEVELS: Mapping[str, Text] = {
    "centre": Text("中央", "Centre"),
    "province": Text("省级", "Province"),
    "city": Text("市级", "City"),
    "county": Text("县（区）级", "County or district"),
    "township": Text("乡镇（街道）", "Township"),
    "other": Text("其他", "Other"),
}
"""Levels of government, from above."""

_CENTRE = re.compile("中央|财政部|国务院|^国家")
_NO_UNIT = re.compile("[（(][^）)]*[）)]|乡村|城乡|城镇|社区|区划")
"""What is no unit of government, as in 乡村振兴局."""

_UNITS = re.compile("自治区|特别行政区|街道|省|市|州|盟|县|旗|区|乡|镇")
"""The last of these in a name is the government's own: 景德镇市 is a city, 镇海区 a district, 宁波市镇海区 too."""

_PROVINCES = ("北京市", "上海市", "天津市", "重庆市")
_LEVEL_OF_UNIT = {
    "自治区": "province", "特别行政区": "province", "省": "province", "市": "city", "州": "city", "盟": "city",
    "县": "county", "旗": "county", "区": "county", "街道": "township", "乡": "township", "镇": "township",
}  # fmt: skip
_SIGNS = {
    "centre": ("central", "ministry"),
    "township": ("township", "subdistrict"),
    "county": ("county", "district"),
    "city": ("city", "municipal"),
    "province": ("province", "provincial"),
}
"""What an English name has in it, the first level that fits."""

_PAID = """
with moved as (
  select version_id, policy_id, payer_id as payer, stage, amount from transfer
  where flow = 'premium' and stage <> 'reserved' and claim_id is null and booked_on between :first and :last
  {of}
  union all
  select version_id, policy_id, receiver_id, stage, -amount from transfer
  where flow = 'premium' and stage <> 'reserved' and claim_id is null and booked_on between :first and :last
  {of}
),
paid as (
  select m.version_id, m.policy_id, m.stage, sum(amount) as amount,
    case when p.kind = 'government' then p.id end as government
  from moved m join party p on p.id = m.payer
  where p.kind = 'government' or p.kind <> all (cast(:receiving as text[]))
  group by m.version_id, m.policy_id, m.stage, government
),
helped as (
  select version_id, policy_id from paid where government is not null
  group by version_id, policy_id
)
"""
_MONEY = """
select paid.version_id, coalesce(s.fields ->> 'district', s.fields ->> 'county', '') as district,
  paid.government, paid.stage, sum(paid.amount)::bigint as amount
from paid join helped on helped.version_id is not distinct from paid.version_id
  and helped.policy_id is not distinct from paid.policy_id
left join segment s on s.policy_id = paid.policy_id and s.seq = 1
group by paid.version_id, district, paid.government, paid.stage
"""
_POLICIES = """
select helped.version_id, coalesce(s.fields ->> 'district', s.fields ->> 'county', '') as district,
  coalesce(s.fields ->> 'sum_insured', s.fields ->> 'sum') as written, count(*) as policies
from helped join segment s on s.policy_id = helped.policy_id and s.seq = 1
group by helped.version_id, district, written
"""
_PROGRAMMES = """
select v.id, v.name_zh, v.name_en,
  (select t.currency from transfer t where t.version_id = v.id and t.flow = 'premium' limit 1) as currency
from programme_version v where v.id = any (:versions)
"""
_Group = tuple[int | None, str]
_RECEIVING = ("insurer", "reinsurer", "mutual", "service", "administrator", "account", "hedge", "investor", "guarantor")
"""Kinds to which premium goes; all others pay it, an exchange too where it bears a part."""


@dataclass(frozen=True)
class Subsidised:
    """The policies of a programme in a district that somebody subsidises, in whole fen.

    own: what others than governments owe. due, paid: by level. payers: the governments. Amounts of other currencies
    are never added to it.
    """

    programme: Text
    district: str
    policies: int
    sum_insured: int
    own: int
    due: Mapping[str, int]
    paid: Mapping[str, int]
    payers: tuple[Name, ...]
    currency: str = "CNY"

    @property
    def premium(self) -> int:
        """What all owe."""
        return self.own + sum(self.due.values())


def level_of(government: Name) -> str:
    """The level of a government, by its name."""
    chinese, english = government.text.zh, government.text.en.lower()
    if _CENTRE.search(chinese):
        return "centre"
    own = _NO_UNIT.sub("", chinese)
    units = _UNITS.findall(own)
    if units:
        whole = units == ["市"] and own.startswith(_PROVINCES)
        return "province" if whole else _LEVEL_OF_UNIT[units[-1]]
    return next((level for level, signs in _SIGNS.items() if any(sign in english for sign in signs)), "other")


def subsidies_of(
    connection: Connection, first: dt.date, last: dt.date, *, programme: str | None = None
) -> list[Subsidised]:
    """Premium of these days that governments pay a part of, by programme and district."""
    of = "" if programme is None else (
        "and version_id in (select v.id from programme_version v join programme g on g.id = v.programme_id"
        " where g.code = :programme)"
    )  # fmt: skip
    values: dict[str, object] = {"first": first, "last": last, "receiving": list(_RECEIVING)}
    if programme is not None:
        values["programme"] = programme
    common = _PAID.format(of=of)
    rows = connection.execute(text(common + _MONEY), values).all()
    groups: dict[_Group, list[tuple[int | None, str, int]]] = defaultdict(list)
    for row in rows:
        groups[row.version_id, row.district].append((row.government, row.stage, row.amount))
    counts: dict[_Group, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in connection.execute(text(common + _POLICIES), values):
        policies, insured = counts[row.version_id, row.district]
        added = row.policies * (whole_fen(row.written) or 0)
        counts[row.version_id, row.district] = (policies + row.policies, insured + added)
    names = names_of(connection, {row.government for row in rows if row.government is not None})
    versions = _versions(connection, [version for version, _ in groups if version is not None])
    return [
        _line((*versions.get(key[0] or 0, (Text("—", "—"), "CNY")), key[1]), counts[key], parts, names)
        for key, parts in sorted(groups.items(), key=lambda one: (one[0][0] or 0, one[0][1]))
    ]


def _line(
    where: tuple[Text, str, str],
    counted: tuple[int, int],
    parts: Iterable[tuple[int | None, str, int]],
    names: Mapping[int, Name],
) -> Subsidised:
    due: dict[str, int] = defaultdict(int)
    paid: dict[str, int] = defaultdict(int)
    own, payers = 0, dict[int, Name]()
    for government, stage, amount in parts:
        if government is None:
            own += amount if stage == "due" else 0
            continue
        payers[government] = names[government]
        (due if stage == "due" else paid)[level_of(names[government])] += amount
    programme, currency, district = where
    return Subsidised(programme, district, *counted, own, dict(due), dict(paid), tuple(payers.values()), currency)


def _versions(connection: Connection, versions: list[int]) -> dict[int, tuple[Text, str]]:
    rows = connection.execute(text(_PROGRAMMES), {"versions": versions}).all()
    return {row.id: (Text(row.name_zh, row.name_en), row.currency or "CNY") for row in rows}
