"""Random programmes in the file's notation, and histories to run through them.

`cases()` draws `{"programme": …, "history": …}`: nested dicts of ints, Fractions and expression texts, fit for the
oracle (`from_notation`, `history_from`) and for anything else that reads the notation. All numbers are illustrative.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

Notation = dict[str, Any]
Draw = st.DrawFn

SCOPES = {
    "risk_event": ["insured", "event"],
    "person": ["person", "policy"],
    "treaty": ["treaty"],
}
CHAINS = (
    ("claim", "event", "period", "term"),
    ("claim", "policy", "insured", "period", "term"),
    ("claim", "risk_event", "event", "period"),
    ("claim", "risk_event", "insured", "term"),
    ("claim", "person", "policy", "period"),
    ("claim", "treaty", "term"),
)
ANY_SCOPE = ("claim", "event", "insured", "policy", "period", "term", "risk_event", "person", "treaty")
POLICIES = {
    "p1": {"insured": "i1", "period": 2021, "sum": 100, "line": Fraction(3, 5), "attached": "2021-02-01"},
    "p2": {"insured": "i2", "period": 2021, "sum": 40, "line": Fraction(1, 4), "attached": "2021-09-01"},
    "p3": {"insured": "i1", "period": 2022, "sum": 80, "line": Fraction(1, 2), "attached": "2022-02-01"},
    "p4": {"insured": "i2", "period": 2022, "sum": 60, "line": Fraction(1, 3), "attached": "2022-03-01"},
}
EVENTS = {2021: ("e1", "e2"), 2022: ("e3", "e4")}
COVERS = ("fire", "flood")
POOLS: Notation = {
    "coinsurers": {"leader": "a", "shares": {"a": "50%", "b": "30%", "c": "20%"}},
    "thirds": {"leader": "a", "shares": {"a": "1 / 3", "b": "1 / 3", "d": "1 / 3"}},
    "signed": {"leader": "a", "shares": {"a": "line", "b": "1 - line"}},
    "dated": {
        "leader": "a",
        "basis": "attached",
        "shares": [
            {"from": "2021-01-01", "shares": {"a": "100%"}},
            {"from": "2021-07-01", "shares": {"a": "80%", "c": "20%"}},
        ],
    },
    "nested": {"leader": "d", "shares": {"d": "60%", "coinsurers": "40%"}},
}
PARTIES = ("insurer", "reinsurer", "city", "bank")
BY_AMOUNT = ("0.5 * amount", "max(5, 10% * amount)", "min(30, 0.75 * amount)")
BY_SUM = ("0.5 * sum", "sum", "min(30, sum)")
BY_PREMIUM = ("2 * premium", "150% * premium", "10 * premium")
SHARES = (
    "if(amount > 40, 30%, 80%)",
    "clip(sum - 50, 0, 40) / max(sum, 1)",
    "min(1, 20 / max(amount, 1))",
    "0.5 * line",
)


@st.composite
def term(draw: Draw, scope: str, *, constants: bool = False, least: int = 0) -> Any:
    """An amount at a scope: mostly a number, else a text that the scope's keys determine."""
    texts: list[str] = []
    if scope == "claim":
        texts += BY_AMOUNT
    if scope in ("claim", "policy", "person"):
        texts += BY_SUM
    if scope in ("insured", "policy", "period", "term"):
        texts += BY_PREMIUM
    if texts and not constants and draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(texts))
    return draw(st.integers(least, 120))


@st.composite
def bands(draw: Draw) -> Notation:
    first, second = sorted(draw(st.lists(st.integers(1, 100), min_size=2, max_size=2, unique=True)))
    shares = [f"{draw(st.integers(0, 10))}0%" for _ in range(3)]
    return {f"(0, {first}]": shares[0], f"({first}, {second}]": shares[1], f"({second}, inf)": shares[2]}


@st.composite
def scoped_terms(draw: Draw, chain: Sequence[str], *, constants: bool = False) -> Notation:
    """Attachment, limit, franchise and bands at up to two scopes of a chain."""
    used = draw(st.lists(st.sampled_from(chain), max_size=2, unique=True))
    out: Notation = {}
    for scope in used:
        for name in ("attachment", "limit"):
            if draw(st.booleans()):
                out.setdefault(name, {})[scope] = draw(term(scope, constants=constants))
    if used and draw(st.integers(0, 4)) == 0:
        out["bands"] = {used[0]: draw(bands())}
    if draw(st.integers(0, 6)) == 0:
        out["franchise"] = {"claim": draw(term("claim", constants=constants))}
    return out


@st.composite
def filters(draw: Draw) -> Notation:
    out: Notation = {}
    if draw(st.integers(0, 3)) == 0:
        out["covers"] = [draw(st.sampled_from(COVERS))]
    if draw(st.integers(0, 5)) == 0:
        out["when"] = draw(st.sampled_from(["aided", "not aided", "sum > 50", "amount >= 30"]))
    return out


class _Writer:
    """Writes steps with labels of their own; every account gives once."""

    def __init__(self, draw: Draw, options: Mapping[str, Any]) -> None:
        self.draw, self.options, self.count = draw, options, 0
        self.accounts = list(options["accounts"])

    def label(self) -> str:
        self.count += 1
        return f"s{self.count}"

    def party(self) -> str:
        names = [*PARTIES, *POOLS]
        if self.accounts and self.draw(st.integers(0, 2)) == 0:
            return str(self.accounts.pop())
        return str(self.draw(st.sampled_from(names)))

    def share(self) -> Any:
        if not self.options["constants"] and self.draw(st.integers(0, 5)) == 0:
            return self.draw(st.sampled_from(SHARES))
        return Fraction(self.draw(st.integers(1, 10)), 10)

    def steps(self, depth: int, most: int) -> list[Notation]:
        return [self.step(depth) for _ in range(self.draw(st.integers(1, most)))]

    def step(self, depth: int) -> Notation:
        chain = self.draw(st.sampled_from(self.options["chains"]))
        out: Notation = {"as": self.label(), **self.draw(filters())}
        out |= self.draw(scoped_terms(chain, constants=self.options["constants"]))
        if self.draw(st.booleans()):
            out["share"] = self.share()
        self.caps(out)
        kind = self.draw(st.sampled_from(["plain", "plain", "plain", "tower", "nested", "group"])) if depth else "plain"
        if kind == "tower":
            out["tower"] = self.tower()
        elif kind in ("nested", "group"):
            out["steps"] = self.steps(depth - 1, 2)
        if kind in ("plain", "nested"):
            out["party"] = self.party()
        self.reinstatement(out)
        return out

    def caps(self, out: Notation) -> None:
        if not self.options["caps"] or self.draw(st.integers(0, 2)):
            return
        scopes = self.draw(st.lists(st.sampled_from(ANY_SCOPE), min_size=1, max_size=2, unique=True))
        out["cap"] = {s: self.draw(term(s, constants=self.options["constants"])) for s in scopes}

    def tower(self) -> list[Notation]:
        """Members of one layer with constant shares, or disjoint layers of one scope."""
        if self.draw(st.booleans()):
            layer = self.draw(scoped_terms(self.draw(st.sampled_from(self.options["chains"])), constants=True))
            weights = self.draw(st.lists(st.integers(1, 5), min_size=2, max_size=3))
            whole = max(10, sum(weights))
            return [self.member({**layer, "share": Fraction(w, whole)}) for w in weights]
        scope, at, out = self.draw(st.sampled_from(("claim", "event", "period"))), 0, []
        for _ in range(self.draw(st.integers(1, 3))):
            size = self.draw(st.integers(1, 50))
            out.append(self.member({"attachment": {scope: at}, "limit": {scope: size}}))
            at += size
        return out

    def member(self, terms: Notation) -> Notation:
        out = {"as": self.label(), **terms, "party": self.party()}
        self.caps(out)
        return out

    def reinstatement(self, out: Notation) -> None:
        scopes = [s for s in ("event", "period", "term") if s in {**out.get("limit", {}), **out.get("attachment", {})}]
        if not scopes or isinstance(out.get("share"), str) or self.draw(st.booleans()):
            return
        rates = self.draw(st.lists(st.sampled_from(["100%", "50%", "0%"]), min_size=1, max_size=3))
        size = self.draw(st.integers(1, 60))
        label = f"again-{out['as']}"
        out["reinstatement"] = {"as": label, "per": scopes[0], "limit": size, "rates": rates, "premium": 100}


@st.composite
def programmes(
    draw: Draw,
    *,
    constants: bool = False,
    caps: bool = True,
    accounts: bool = True,
    chains: Sequence[Sequence[str]] = CHAINS,
    depth: int = 2,
) -> Notation:
    """A programme whose losses end with the insured. `constants` leaves expressions out of the terms."""
    named: Notation = {}
    if accounts:
        named = {"fund": {"opening": draw(st.integers(0, 60)), "ceiling": draw(st.integers(60, 150))}}
        named["reserve"] = {"opening": draw(st.integers(0, 60))}
    options = {"constants": constants, "caps": caps, "accounts": list(named), "chains": chains}
    writer = _Writer(draw, options)
    steps = [*writer.steps(depth, 4), {"as": "rest", "party": "insured"}]
    members = ("a", "b", "c", "d")
    return {
        "programme": "random.case",
        "version": "2021-01-01",
        "parties": {p: {"kind": "insurer"} for p in (*PARTIES, *members)},
        "accounts": named,
        "pools": POOLS,
        "scopes": SCOPES,
        "insured": {
            "unit": "site",
            "fields": {"sum": "money", "line": "share", "aided": "bool", "attached": "date"}
            | {"person": "key", "treaty": "key"},
        },
        "covers": {c: {"pays": "assessed"} for c in COVERS},
        "losses": steps,
    }


@st.composite
def claims(draw: Draw, *, most: int = 6) -> list[Notation]:
    """Claims without money yet: keys and fields that respect event → period and policy → insured, period."""
    out = []
    for n in range(draw(st.integers(1, most))):
        policy = draw(st.sampled_from(sorted(POLICIES)))
        fixed = POLICIES[policy]
        event = draw(st.sampled_from(EVENTS[int(str(fixed["period"]))]))
        cover = draw(st.sampled_from(COVERS))
        person = draw(st.sampled_from(["w1", "w2"]))
        keys = {"claim": "abcdefgh"[n], "cover": cover, "event": event, "policy": policy, **fixed}
        out.append({**keys, "person": person, "treaty": "north", "aided": draw(st.booleans())})
    return out


@st.composite
def histories(draw: Draw, *, reductions: bool = True, accounts: bool = True, amounts: int = 120) -> Notation:
    """Partial payments, simultaneous rows, reductions, several periods, premium a policy, deposits."""
    rows: list[Notation] = []
    for claim in draw(claims()):
        t, held = draw(st.integers(1, 4)), 0
        for _ in range(draw(st.integers(1, 3))):
            cut = reductions and held > 0 and draw(st.integers(0, 3)) == 0
            amount = -draw(st.integers(1, held)) if cut else draw(st.integers(1, amounts))
            held += amount
            rows.append({**claim, "t": t, "amount": amount})
            t += draw(st.integers(1, 3))
    premium = []
    for policy, fixed in POLICIES.items():
        keys = {"claim": f"premium {policy}", "policy": policy, "insured": fixed["insured"], "period": fixed["period"]}
        premium.append({**keys, "t": 0, "amount": draw(st.integers(1, 30))})
    deposits = []
    if accounts:
        for _ in range(draw(st.integers(0, 3))):
            account = draw(st.sampled_from(["fund", "reserve"]))
            deposits.append({"account": account, "t": draw(st.integers(0, 8)), "amount": draw(st.integers(0, 60))})
    return {"rows": rows, "premium": premium, "deposits": deposits}


@st.composite
def cases(draw: Draw, /, *, accounts: bool = True, reductions: bool = True, **options: Any) -> Notation:
    """A programme and a history for it. Every money amount is whole, so that it may stand for fen as well."""
    return {
        "programme": draw(programmes(accounts=accounts, **options)),
        "history": draw(histories(accounts=accounts, reductions=reductions)),
    }
