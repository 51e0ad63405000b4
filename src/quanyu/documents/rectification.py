"""A rectification as Markdown, as a page that loads nothing, and as Excel."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from quanyu.documents import figures
from quanyu.documents.bordereaux import write_list
from quanyu.documents.listed import Column, Entry, Heading, Listing
from quanyu.documents.pages import asset, environment
from quanyu.documents.rectified import Rectification, Rectified
from quanyu.terms import Text

__all__ = ["STATUS_WORDS", "rectification_text", "render_rectification", "write_rectification"]

STATUS_WORDS: Mapping[str, Text] = {
    "applied": Text("已套用", "applied"),
    "not applied": Text("未能套用", "not applied"),
    "not meant": Text("不在范围", "not meant"),
}
"""What the fates of programmes are called."""


def write_rectification(report: Rectification, folder: Path) -> list[Path]:
    """`report.md`, `report.html` and `report.xlsx` in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(rectification_text(report), "utf-8")
    (folder / "report.html").write_text(render_rectification(report), "utf-8")
    heading = Heading(
        title=report.title, party=report.source or Text.same("—"), first=report.by, last=report.by, made=report.made
    )
    listing = Listing(heading=heading, columns=_COLUMNS, rows=_rows(report))
    return [folder / "report.md", folder / "report.html", write_list(listing, folder / "report.xlsx")]


def render_rectification(report: Rectification) -> str:
    """One HTML page, in Chinese and English."""
    template = environment().get_template("rectification.html.j2")
    return template.render(r=report, status=STATUS_WORDS, css=asset("report.css"), js=asset("report.js"))


def rectification_text(report: Rectification) -> str:
    """Markdown, both languages side by side."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Rectification) -> Iterator[str]:
    yield f"# {report.title.zh} {report.title.en}"
    yield ""
    if report.source is not None:
        yield f"依据 source: {report.source.zh}  "
    yield f"施行 from: {report.by} · 事由 reason: {report.reason or '—'} · 已发布 published: " + (
        "是 yes" if report.published else "否 no"
    )
    yield ""
    yield from (f"- `{path}` → `{text}`" for path, text in report.asked)
    yield ""
    counts = ", ".join(f"{words.zh} {words.en} {report.count(status)}" for status, words in STATUS_WORDS.items())
    yield f"{len(report.lines)} 个方案 programmes: {counts}"
    yield from (f"- {reason.zh} / {reason.en}" for reason in report.refused)
    for line in report.lines:
        yield from _programme(line)


def _programme(line: Rectified) -> Iterator[str]:
    words = STATUS_WORDS[line.status]
    yield ""
    yield f"## {line.programme} — {words.zh} {words.en}"
    yield ""
    yield f"{line.name.zh} {line.name.en}, {line.version}"
    yield from (f"- {reason.zh} / {reason.en}" for reason in line.reasons)
    if line.dropped:
        yield f"- 删去 {line.dropped} 个不再成立的算例 / {line.dropped} examples that no longer hold were left out"
    if line.policies is not None:
        yield (
            f"- 现行保单 policies in force: {line.policies:,}; 保费 premium {figures.fen(line.before)} → "
            f"{figures.fen(line.after)}; 拒保 declined {line.declined:,}"
        )
    if line.terms:
        yield ""
        yield "| 条款 term | 原 before | 新 after | 归类 rank | 理由 reason |"
        yield "|---|---|---|---|---|"
        for term in line.terms:
            cells = (term.path, term.before, term.after, term.rank, f"{term.reason.zh} {term.reason.en}")
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


_COLUMNS = (
    Column(title=Text("方案", "Programme")),
    Column(title=Text("名称", "Name")),
    Column(title=Text("原版本", "Version before")),
    Column(title=Text("结果", "Result")),
    Column(title=Text("说明", "Why")),
    Column(title=Text("改动数", "Terms changed"), kind="count"),
    Column(title=Text("现行保单", "Policies in force"), kind="count", total=True),
    Column(title=Text("旧版保费", "Premium, old version"), kind="money", total=True),
    Column(title=Text("新版保费", "Premium, new version"), kind="money", total=True),
    Column(title=Text("新版拒保", "Declined"), kind="count", total=True),
)


def _rows(report: Rectification) -> Iterator[tuple[Entry, ...]]:
    for line in report.lines:
        known = line.policies is not None
        why = Text("；".join(r.zh for r in line.reasons), "; ".join(r.en for r in line.reasons))
        yield (
            line.programme, line.name, line.version, STATUS_WORDS[line.status], why, len(line.terms), line.policies,
            line.before if known else None, line.after if known else None, line.declined if known else None,
        )  # fmt: skip
