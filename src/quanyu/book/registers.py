"""Registers: every list of the book, from policies to versions, as at a day and as known at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, text

from quanyu.book.standing import AsKnown
from quanyu.terms import Text

__all__ = ["REGISTERS", "Field", "Register", "register"]

_BLOCK = 5_000
Kind = Literal["text", "money", "date", "time"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a register. kind: money is whole fen."""

    name: str
    title: Text
    kind: Kind = "text"
    total: bool = False


@dataclass(frozen=True)
class Register:
    """A kind of list. mine: what a row has to meet to be a party's own; the book asks it beside its row security."""

    name: str
    title: Text
    fields: tuple[Field, ...]
    query: str
    mine: str


_PROGRAMME = (Field("programme", Text("方案", "Programme")), Field("version", Text("版本", "Version"), "date"))
_NUMBER = Field("number", Text("编号", "Number"))
_POLICIES = """
select p.number, g.code as programme, v.version, p.kind, p.issued_on,
  (select h.code from party h where h.id = p.holder_id) as holder,
  (select h.name_zh from party h where h.id = p.holder_id) as holder_name,
  s.valid_from, s.valid_to - 1 as valid_until, coalesce(d.state, 'outside its days') as state,
  s.premium, s.fields::text as fields
from policy p
join programme_version v on v.id = p.version_id join programme g on g.id = v.programme_id
join lateral (
  select min(s.valid_from) as valid_from, max(s.valid_to) as valid_to, sum(s.premium)::bigint as premium,
    (array_agg(s.fields order by s.valid_to desc, s.seq desc))[1] as fields
  from segment s where s.policy_id = p.id and {s}
) as s on true
left join lateral (
  select s.state from segment s
  where s.policy_id = p.id and {s} and s.valid_from <= {day} and s.valid_to > {day} order by s.seq desc limit 1
) as d on true
where {p} and {mine} and {of} order by p.id
"""
_CLAIMS = """
select c.number, g.code as programme, v.version, p.number as policy, o.code as occurrence,
  (select h.code from party h where h.id = c.claimant_id) as claimant,
  (select h.name_zh from party h where h.id = c.claimant_id) as claimant_name,
  c.occurred, c.reported, case when e.ended = 'closed' then 'closed' else coalesce(e.decided, 'open') end as state,
  coalesce(m.due, 0)::bigint as due, coalesce(m.paid, 0)::bigint as paid, coalesce(m.reserved, 0)::bigint as reserved
from claim c
join programme_version v on v.id = c.version_id join programme g on g.id = v.programme_id
left join policy p on p.id = c.policy_id left join occurrence o on o.id = c.occurrence_id
left join lateral (
  select (array_agg(e.kind order by e.seq desc) filter (where e.kind in ('accepted', 'declined')))[1] as decided,
    (array_agg(e.kind order by e.seq desc) filter (where e.kind in ('closed', 'reopened')))[1] as ended
  from claim_event e where e.claim_id = c.id and {e}
) as e on true
left join lateral (
  select sum(case when stage = 'due' then sign * amount end) as due,
    sum(case when stage = 'paid' then sign * amount end) as paid,
    sum(case when stage = 'reserved' then sign * amount end) as reserved
  from (
    select x.stage, x.amount, case when x.receiver_id = c.claimant_id then 1 else -1 end as sign
    from transfer x
    where x.claim_id = c.id and x.flow = 'losses' and {x}
      and (x.receiver_id = c.claimant_id or x.payer_id = c.claimant_id)
  ) as signed
) as m on true
where {c} and {mine} and {of} order by c.id
"""
_TRANSFERS = """
select x.id as number, x.booked_on,
  (select t.recorded_at from txn t where t.id = x.txn_id) as recorded_at, x.stage, x.flow, x.label, a.code as payer,
  a.name_zh as payer_name, b.code as receiver, b.name_zh as receiver_name, x.amount, x.currency,
  g.code as programme, v.version, p.number as policy, c.number as claim
from transfer x left join party a on a.id = x.payer_id left join party b on b.id = x.receiver_id
left join programme_version v on v.id = x.version_id left join programme g on g.id = v.programme_id
left join policy p on p.id = x.policy_id left join claim c on c.id = x.claim_id
where {x} and {mine} and {of} order by x.id
"""
_QUOTES = """
select q.number, g.code as programme, v.version, q.valid_from,
  (select h.code from party h where h.id = q.holder_id) as holder,
  (select h.name_zh from party h where h.id = q.holder_id) as holder_name,
  q.valid_to - 1 as valid_until, q.premium, q.currency, q.expires_on, e.kind as state, q.fields::text as fields
from quote q
join programme_version v on v.id = q.version_id join programme g on g.id = v.programme_id
left join lateral (
  select e.kind from quote_event e
  where e.quote_id = q.id and {e} order by e.seq desc limit 1
) as e on true
where {q} and {mine} and {of} order by q.id
"""
_PARTIES = """
select y.code, y.name_zh, y.name_en, y.kind, o.code as owner,
  (select t.recorded_at from txn t where t.id = y.txn_id) as recorded_at
from party y left join party o on o.id = y.owner_id
where {y} and {mine} and (
  cast(:programme as text) is null or exists (
    select from party_role r join programme_version v on v.id = r.version_id join programme g on g.id = v.programme_id
    where r.party_id = y.id and g.code = :programme
  )
) order by y.id
"""
_FACTS = """
select c.number, g.code as programme, v.version, f.seq, f.body ->> 'line' as line, (f.body -> 'values')::text as stated,
  f.reported_by, f.known_on, (select t.booked_on from txn t where t.id = f.txn_id) as booked_on,
  (select string_agg(encode(one, 'hex'), ' ') from unnest(f.evidence) as one) as evidence
from fact f join claim c on c.id = f.claim_id
join programme_version v on v.id = c.version_id join programme g on g.id = v.programme_id
left join policy p on p.id = c.policy_id
where {f} and {mine} and {of} order by f.claim_id, f.seq
"""
_OCCURRENCES = """
select o.code, o.name_zh, o.name_en, o.began, o.ended, o.place, o.body::text as fields
from occurrence o
where coalesce({o}, o.began <= {day}) and exists (
  select from claim c left join policy p on p.id = c.policy_id
  join programme_version v on v.id = c.version_id join programme g on g.id = v.programme_id
  where c.occurrence_id = o.id and {mine} and {of}
) order by o.id
"""
_DETERMINATIONS = """
select d.code, g.code as programme, v.version, d.revision, o.code as occurrence, d.known_on, d.source,
  (select t.booked_on from txn t where t.id = d.txn_id) as booked_on, (d.readings -> 'readings')::text as readings
from determination d join programme_version v on v.id = d.version_id join programme g on g.id = v.programme_id
left join occurrence o on o.id = d.occurrence_id
where coalesce({d}, d.known_on <= {day}) and {mine} and {of} order by d.id
"""
_VERSIONS = """
select g.code as programme, v.version, v.name_zh, v.name_en, v.basis, v.valid_from, v.valid_to - 1 as valid_until,
  (select t.booked_on from txn t where t.id = v.txn_id) as booked_on, encode(v.digest, 'hex') as digest
from programme_version v join programme g on g.id = v.programme_id
where coalesce({v}, v.version <= {day}) and {mine} and {of} order by v.id
"""
# What is for everybody may have come into the book by an act that a party does not see: then its own day counts.
_MY_CLAIM = (
    "(c.claimant_id = :party or p.holder_id = :party or p.leader_id = :party or :party = any (p.parties)"
    " or p.id in (select later.policy_id from policy_party later where later.party_id = :party)"
    " or exists (select from transfer x where x.claim_id = c.id and (x.payer_id = :party or x.receiver_id = :party)))"
)


def _date(name: str, zh: str, en: str) -> Field:
    return Field(name, Text(zh, en), "date")


def _text(name: str, zh: str, en: str) -> Field:
    return Field(name, Text(zh, en))


def _money(name: str, zh: str, en: str, *, total: bool = True) -> Field:
    return Field(name, Text(zh, en), "money", total)


_HOLDER = (_text("holder", "投保人代码", "Holder's code"), _text("holder_name", "投保人", "Holder"))
_DAYS = (_date("valid_from", "起期", "From"), _date("valid_until", "止期", "To"))
_STATE, _FIELDS = _text("state", "状态", "State"), _text("fields", "字段", "Fields")
_CURRENCY, _BOOKED = _text("currency", "币种", "Currency"), _date("booked_on", "记账日", "Booked on")

REGISTERS: Mapping[str, Register] = {
    one.name: one
    for one in (
        Register(
            "policies",
            Text("保单清单", "Policies"),
            (
                _NUMBER, *_PROGRAMME, _text("kind", "类别", "Kind"), *_HOLDER, _date("issued_on", "签单日", "Issued"),
                *_DAYS, _STATE, _money("premium", "保费", "Premium"), _FIELDS,
            ),
            _POLICIES,
            "(p.holder_id = :party or p.leader_id = :party or :party = any (p.parties)"
            " or p.id in (select later.policy_id from policy_party later where later.party_id = :party))",
        ),
        Register(
            "claims",
            Text("赔案清单", "Claims"),
            (
                _NUMBER, *_PROGRAMME, _text("policy", "保单号", "Policy"), _text("occurrence", "事故", "Occurrence"),
                _text("claimant", "索赔人代码", "Claimant's code"), _text("claimant_name", "索赔人", "Claimant"),
                _date("occurred", "出险日", "Occurred"), _date("reported", "报案日", "Reported"), _STATE,
                _money("due", "应付", "Due"), _money("paid", "已付", "Paid"), _money("reserved", "估损", "Reserved"),
            ),
            _CLAIMS,
            "(c.claimant_id = :party or p.holder_id = :party or p.leader_id = :party or :party = any (p.parties)"
            " or p.id in (select later.policy_id from policy_party later where later.party_id = :party)"
            " or exists (select from transfer x where x.claim_id = c.id"
            " and (x.payer_id = :party or x.receiver_id = :party)))",
        ),
        Register(
            "transfers",
            Text("资金明细", "Transfers"),
            (
                _NUMBER, _BOOKED, Field("recorded_at", Text("录入时间", "Recorded at"), "time"),
                _text("stage", "阶段", "Stage"), _text("flow", "资金流", "Flow"), _text("label", "步骤", "Step"),
                _text("payer", "付方代码", "Payer's code"), _text("payer_name", "付方", "Payer"),
                _text("receiver", "收方代码", "Receiver's code"),
                _text("receiver_name", "收方", "Receiver"), _money("amount", "金额", "Amount", total=False), _CURRENCY,
                *_PROGRAMME, _text("policy", "保单号", "Policy"), _text("claim", "赔案号", "Claim"),
            ),
            _TRANSFERS,
            "(x.payer_id = :party or x.receiver_id = :party)",
        ),
        Register(
            "quotes",
            Text("报价清单", "Quotes"),
            (
                _NUMBER, *_PROGRAMME, *_HOLDER, *_DAYS, _money("premium", "保费", "Premium", total=False), _CURRENCY,
                _date("expires_on", "有效至", "Expires on"), _STATE, _FIELDS,
            ),
            _QUOTES,
            "q.holder_id = :party",
        ),
        Register(
            "parties",
            Text("参与方清单", "Parties"),
            (
                _text("code", "代码", "Code"), _text("name_zh", "名称", "Chinese name"),
                _text("name_en", "英文名称", "English name"), _text("kind", "类别", "Kind"),
                _text("owner", "账户所有人", "Owner of the account"),
                Field("recorded_at", Text("录入时间", "Recorded at"), "time"),
            ),
            _PARTIES,
            "true",
        ),
        Register(
            "occurrences",
            Text("事件清单", "Occurrences"),
            (
                _text("code", "编号", "Code"), _text("name_zh", "名称", "Chinese name"),
                _text("name_en", "英文名称", "English name"), _date("began", "起", "Began"),
                _date("ended", "止", "Ended"), _text("place", "地点", "Place"), _FIELDS,
            ),
            _OCCURRENCES,
            _MY_CLAIM,
        ),
        Register(
            "facts",
            Text("事实清单", "Facts"),
            (
                _text("number", "赔案号", "Claim"), *_PROGRAMME, _text("seq", "序号", "No."),
                _text("line", "项目", "Line"), _text("stated", "内容", "Stated"),
                _text("reported_by", "报告人", "Reported by"), _date("known_on", "知悉日", "Known on"), _BOOKED,
                _text("evidence", "证据摘要", "Digests of evidence"),
            ),
            _FACTS,
            _MY_CLAIM,
        ),
        Register(
            "determinations",
            Text("判定清单", "Determinations"),
            (
                _text("code", "编号", "Code"), *_PROGRAMME, _text("revision", "修订", "Revision"),
                _text("occurrence", "事故", "Occurrence"), _date("known_on", "获知日", "Known on"),
                _text("source", "来源", "Source"), _BOOKED, _text("readings", "读数", "Readings"),
            ),
            _DETERMINATIONS,
            "true",
        ),
        Register(
            "versions",
            Text("方案版本清单", "Versions"),
            (
                *_PROGRAMME, _text("name_zh", "名称", "Chinese name"), _text("name_en", "英文名称", "English name"),
                _text("basis", "适用依据", "Basis"), *_DAYS, _BOOKED, _text("digest", "文本摘要", "Digest of the text"),
            ),
            _VERSIONS,
            "true",
        ),
    )
}  # fmt: skip
"""Every register by its name."""

_OF = "(cast(:programme as text) is null or g.code = :programme)"


def register(
    connection: Connection,
    name: str,
    *,
    seen: AsKnown | None = None,
    party: int | None = None,
    programme: str | None = None,
) -> Iterator[tuple[Any, ...]]:
    """The rows of a register in the order in which they were written, as they come from the database.

    seen: as at a day (the last of the books where none is said) and as known at a time. party: only the rows of one
    party. programme: only those of one programme.
    """
    kind, as_known = REGISTERS[name], seen or AsKnown()
    parts = _known(as_known)
    mine = "true" if party is None else kind.mine
    day = ":booked" if as_known.booked is not None else "(select max(booked_on) from txn)"
    query = kind.query.format(**parts, mine=mine, day=day, of=_OF)
    given = {"booked": as_known.booked, "at": as_known.at, "programme": programme, "party": party}
    values = {name: value for name, value in given.items() if f":{name}" in query}
    options = {"stream_results": True, "yield_per": _BLOCK}
    with connection.execute(text(query), values, execution_options=options) as rows:
        columns = [field.name for field in kind.fields]
        for row in rows.mappings():
            yield tuple(row[column] for column in columns)


_ALIASES = "pscexqyfodv"
"""What the queries call the tables whose acts are asked for."""


def _known(seen: AsKnown) -> dict[str, str]:
    """For each table of the queries whether the act of its row counts.

    A scalar sub-select asks for the one act of a row: a join would have row security judge all acts of the book.
    """
    asked = [("t.booked_on <= :booked", seen.booked), ("t.recorded_at <= :at", seen.at)]
    met = " and ".join(condition for condition, value in asked if value is not None)
    parts = {one: f"(select {met} from txn t where t.id = {one}.txn_id)" if met else "true" for one in _ALIASES}
    # A party that others know may have come into the book by an act that is not seen.
    return {**parts, "y": f"coalesce({parts['y']}, true)"}
