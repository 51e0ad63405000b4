"""Which colour and name each party has: hues by kind, shades in order, the same in every picture of a page."""

from dataclasses import dataclass

from quanyu.documents.stated import Number
from quanyu.documents.values import ProgrammePage
from quanyu.terms import Text

__all__ = ["KINDS", "Cast", "cast_of"]

KINDS = {
    "insurer": Text("保险人", "insurer"),
    "reinsurer": Text("再保险人", "reinsurer"),
    "government": Text("政府", "government"),
    "bank": Text("银行", "bank"),
    "insured": Text("被保险人", "insured"),
    "fund": Text("基金", "fund"),
    "broker": Text("经纪人", "broker"),
    "guarantor": Text("担保人", "guarantor"),
    "association": Text("协会", "association"),
    "mutual": Text("互助社", "mutual society"),
    "society": Text("互助社", "society"),
    "member": Text("社员", "member"),
    "provider": Text("服务机构", "provider"),
    "company": Text("企业", "company"),
    "person": Text("个人", "person"),
    "household": Text("家庭", "household"),
    "exchange": Text("交易所", "exchange"),
    "futures": Text("期货公司", "futures house"),
    "scheme": Text("基本制度", "public scheme"),
    "medical": Text("医保", "medical scheme"),
    "pool": Text("共保体", "pool"),
    "account": Text("账户", "account"),
    "charity": Text("慈善组织", "charity"),
    "social": Text("社会保险", "social insurance"),
    "members": Text("社员", "members"),
    "service": Text("服务机构", "service provider"),
    "liable": Text("责任人", "liable party"),
    "hedge": Text("期货公司", "futures house"),
    "investor": Text("投资人", "investor"),
    "administrator": Text("管理人", "administrator"),
    "other": Text("其他", "other"),
}
_HUES = {
    "insurer": ("blue", "azure", "slate", "sea"),
    "pool": ("blue", "azure"),
    "reinsurer": ("violet", "plum"),
    "government": ("red", "brick", "rose"),
    "account": ("jade", "moss"),
    "fund": ("jade", "moss"),
    "bank": ("ochre", "sand"),
    "insured": ("stone",),
    "person": ("stone",),
    "household": ("stone",),
    "member": ("stone",),
}
_SPOKEN = {
    "insured": Text("被保险人", "the insured"),
    "claimant": Text("索赔人", "the claimant"),
    "next": Text("下一步", "the next step"),
    "borne": Text("各承担人", "those who bore the loss"),
    "party": Text("行中指明的一方", "the party the row names"),
    "gross": Text("全部损失", "all losses"),
}
_OTHERS = ("teal", "plum", "ochre", "moss", "rose", "slate")


@dataclass(frozen=True, slots=True)
class Cast:
    """Names and colours of a page's parties, pools and accounts; members of its pools with their latest shares."""

    names: dict[str, Text]
    hues: dict[str, str]
    members: dict[str, tuple[tuple[str, Number], ...]]
    balances: dict[str, Number]

    def name(self, who: str) -> Text:
        """The name of a party, the insured by its key, or the id where it is not declared."""
        if who.startswith("insured:") and who not in self.names:
            key = who.partition(":")[2]
            return Text(f"被保险人 {key}", f"the insured {key}")
        return self.names.get(who) or Text.same(who or "—")

    def hue(self, who: str) -> str:
        """The class of its colour."""
        return self.hues.get(who, "stone")


def cast_of(page: ProgrammePage) -> Cast:
    """Colours by kind, in the order of the file."""
    kinds = [(p.id, "pool") for p in page.pools] + [(a.id, "account") for a in page.accounts]
    kinds += [(p.id, p.kind) for p in page.parties]
    used: dict[str, int] = {}
    hues: dict[str, str] = {}
    for who, kind in kinds:
        ring = _HUES.get(kind, _OTHERS)
        family = kind if kind in _HUES else "other"
        hues[who] = ring[used.get(family, 0) % len(ring)]
        used[family] = used.get(family, 0) + 1
    names = {p.id: p.name for p in page.parties} | {a.id: a.name for a in page.accounts}
    names |= {p.id: p.name for p in page.pools}
    return Cast(
        _SPOKEN | names,
        hues,
        {p.id: p.dated[-1].shares for p in page.pools if p.dated},
        {a.id: a.opening for a in page.accounts},
    )
