"""Headings as people write them, for the columns that every table of a kind has."""

from collections.abc import Mapping, Sequence

__all__ = ["DATES", "HEADINGS", "KINDS"]

_POLICY = {
    "programme": ("方案", "方案编号", "方案代码", "产品代码"),
    "policy": ("保单号", "保单号码", "保险单号"),
    "holder": ("投保人", "投保人名称", "投保人姓名", "投保单位"),
    "holder_id": ("投保人证件号", "证件号码", "身份证号", "统一社会信用代码"),
    "start": ("起期", "保险起期", "起保日期", "保险起始日"),
    "end": ("止期", "保险止期", "终保日期", "保险终止日"),
    "issued": ("签单日期", "出单日期", "承保日期"),
}
_CLAIM = {
    "claim": ("赔案号", "报案号", "案件号"),
    "programme": _POLICY["programme"],
    "policy": _POLICY["policy"],
    "claimant": ("索赔人", "被保险人", "申请人", "患者", "患者姓名"),
    "claimant_id": ("索赔人证件号", "被保险人证件号", "证件号码", "身份证号"),
    "occurred": ("出险日期", "事故日期", "发生日期", "入院日期", "就诊日期"),
    "reported": ("报案日期", "申请日期", "结算日期"),
    "occurrence": ("事件编号", "灾害编号", "事件"),
    "occurrence_name": ("事件名称", "灾害名称"),
    "cover": ("责任", "保险责任", "险别"),
    "line": ("项目", "损失项目", "费用项目"),
    "reserve": ("估损金额", "损失金额", "报损金额", "未决金额", "立案金额"),
    "reported_by": ("报告人", "查勘人", "提供人"),
    "known": ("知悉日期", "查勘日期"),
}
HEADINGS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "policies": _POLICY,
    "claims": _CLAIM,
    "bills": {**_CLAIM, "claim": ("账单号", "结算单号", "住院号", *_CLAIM["claim"])},
    "facts": {name: _CLAIM[name] for name in ("claim", "cover", "line", "reported_by", "known")},
    "declarations": {
        "policy": ("预约保单号", "总保单号", *_POLICY["policy"]),
        "number": ("申报号", "申报单号"),
        "start": _POLICY["start"],
        "end": _POLICY["end"],
    },
    "exposures": {
        "policy": ("总保单号", "团体保单号", *_POLICY["policy"]),
        "holder": ("被保险人", "成员", "成员姓名", "户主", "姓名"),
        "holder_id": ("被保险人证件号", "成员证件号", "证件号码", "身份证号"),
        "number": ("凭证号", "分单号"),
        "start": ("加入日期", "生效日期", *_POLICY["start"]),
    },
    "payments": {
        "policy": _POLICY["policy"],
        "payer": ("付款人", "缴费人", "付款方", "对方户名"),
        "amount": ("金额", "缴费金额", "收款金额", "贷方金额", "收入金额"),
        "paid": ("到账日期", "缴费日期", "收款日期", "交易日期"),
    },
}
"""By kind of table: the fields it has of its own, and what else their headings are."""

KINDS = tuple(HEADINGS)
DATES = ("start", "end", "issued", "occurred", "reported", "known", "paid")
"""Fields that are days."""
