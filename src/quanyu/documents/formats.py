"""How cells of a workbook look: the face and size of Chinese vouchers, two decimals for money, dates as dates."""

__all__ = ["FONT", "FORMATS"]

FONT = "宋体"
_MONEY = "#,##0.00"
_EDGE = "#8FA09B"
FORMATS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"},
    "subtitle": {"font_size": 11, "align": "center", "valign": "vcenter"},
    "fact": {"valign": "vcenter"},
    "right": {"align": "right", "valign": "vcenter"},
    "head": {
        "bold": True,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
        "border": 1,
        "border_color": _EDGE,
        "bg_color": "#E7EFEC",
    },
    "section": {
        "bold": True,
        "indent": 1,
        "border": 1,
        "border_color": _EDGE,
        "bg_color": "#F4F7F6",
        "valign": "vcenter",
    },
    "text": {"text_wrap": True, "indent": 1, "valign": "vcenter", "border": 1, "border_color": _EDGE},
    "quoted": {
        "text_wrap": True,
        "indent": 1,
        "valign": "vcenter",
        "border": 1,
        "border_color": _EDGE,
        "quote_prefix": True,
    },
    "money": {"num_format": _MONEY, "valign": "vcenter", "border": 1, "border_color": _EDGE},
    "number": {"num_format": "#,##0.######", "valign": "vcenter", "border": 1, "border_color": _EDGE},
    "count": {"num_format": "#,##0", "align": "center", "valign": "vcenter", "border": 1, "border_color": _EDGE},
    "share": {"num_format": "0.00####%", "valign": "vcenter", "border": 1, "border_color": _EDGE},
    "date": {"num_format": "yyyy-mm-dd", "align": "center", "valign": "vcenter", "border": 1, "border_color": _EDGE},
    "time": {
        "num_format": "yyyy-mm-dd hh:mm:ss",
        "align": "center",
        "valign": "vcenter",
        "border": 1,
        "border_color": _EDGE,
    },
    "digits": {"num_format": "@", "align": "right", "valign": "vcenter", "border": 1, "border_color": _EDGE},
    "total": {
        "bold": True,
        "text_wrap": True,
        "indent": 1,
        "border": 1,
        "border_color": _EDGE,
        "top": 2,
        "valign": "vcenter",
    },
    "total_money": {
        "bold": True,
        "border": 1,
        "border_color": _EDGE,
        "top": 2,
        "num_format": _MONEY,
        "valign": "vcenter",
    },
    "total_number": {
        "bold": True,
        "border": 1,
        "border_color": _EDGE,
        "top": 2,
        "num_format": "#,##0.######",
        "valign": "vcenter",
    },
    "total_count": {
        "bold": True,
        "border": 1,
        "border_color": _EDGE,
        "top": 2,
        "num_format": "#,##0",
        "align": "center",
        "valign": "vcenter",
    },
    "good": {"font_color": "#1F5B52"},
    "bad": {"font_color": "#FFFFFF", "bg_color": "#B0392C", "bold": True},
}
