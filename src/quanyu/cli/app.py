"""The verbs of the terminal. Rooms below are imported by the verb that needs them: `--help` starts at once."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from quanyu.cli.accounts import accounts, export
from quanyu.cli.book import app as book
from quanyu.cli.claim import app as claim
from quanyu.cli.evidence import certificate, verify
from quanyu.cli.impacts import impact
from quanyu.cli.importing import import_
from quanyu.cli.rectifying import rectify
from quanyu.cli.verbs import Verbs, say_version

if TYPE_CHECKING:
    from quanyu.desk.open import Opened
    from quanyu.terms import Finding

__all__ = ["app", "main"]

app = typer.Typer(
    name="quanyu",
    cls=Verbs,
    help="全域保险 Quanyu: insurance programmes as code. 一个文件写尽一个保险方案。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(accounts, name="accounts")
app.add_typer(book, name="book")
app.add_typer(claim, name="claim")

Files = Annotated[list[Path], typer.Argument(help="programme files, cases or folders 方案文件、案例或文件夹")]
File = Annotated[Path, typer.Argument(help="a programme file 方案文件")]
Format = Annotated[Literal["text", "json"], typer.Option("--format", help="text for people, json for programs")]
Language = Annotated[Literal["auto", "zh", "en"], typer.Option("--lang", help="language of messages 语言")]
Years = Annotated[int, typer.Option("--years", min=1, max=10**9, help="simulated years 模拟年数")]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**64 - 1, help="the same seed gives the same years 随机种子")]
Threads = Annotated[int, typer.Option("--threads", min=0, help="0: all processors 线程数")]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="a term changed, e.g. losses.relief.cap.period=5亿 试改条款")
]


def main() -> None:
    """Runs the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()


@app.callback()
def begin(
    version: Annotated[
        bool, typer.Option("--version", callback=say_version, is_eager=True, help="the version, and end 版本")
    ] = False,
) -> None:
    """全域保险 Quanyu: insurance programmes as code. 一个文件写尽一个保险方案。"""


@app.command()
def check(files: Files, format: Format = "text", lang: Language = "auto") -> None:  # noqa: A002 - the option's name
    """Say everything that is wrong or doubtful, at once. 查出所有错处与疑点。"""
    from quanyu.cli.findings import report_findings
    from quanyu.desk.check import check_files

    checked = check_files(files)
    if not checked:
        raise typer.BadParameter("there is no programme or case there 那里没有方案或案例文件")
    raise typer.Exit(report_findings(checked, json=format == "json", language=language(lang)))


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(help="a programme or a case 方案或案例")], lang: Language = "auto"
) -> None:
    """Say a programme in words, or how every amount of a case came about. 逐条说明。"""
    spoken = language(lang)
    if file.suffix == ".case":
        from quanyu.cli.cases import explain_case
        from quanyu.desk.settle import settle_file

        done = settle_file(file)
        if isinstance(done, list):
            stop(done, spoken)
        explain_case(done, spoken)
        return
    from quanyu.desk.words import programme_words

    for depth, line in programme_words(opened(file, spoken)):
        typer.echo("  " * depth + line.inside(spoken))


@app.command()
def price(
    file: File,
    exposure: Annotated[
        Path | None, typer.Option("--exposure", help="table of risks: .xlsx .csv .parquet 风险清单")
    ] = None,
    field: Annotated[list[str] | None, typer.Option("--field", help="one risk: sum=1000万 单个风险的字段")] = None,
    claims: Annotated[
        list[int] | None, typer.Option("--claims", help="its claims in each period so far 以往每期赔案次数，依次")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="where the priced table goes 写出文件")] = None,
    lang: Language = "auto",
) -> None:
    """Price one risk with its sheet, or a table of risks. 报价。"""
    from quanyu.cli.pricing import show_sheet, show_table, show_technical
    from quanyu.desk.quote import price_table, quote_fields
    from quanyu.tables import unwritable

    spoken = language(lang)
    if out is not None and exposure is None:
        raise typer.BadParameter("--out goes with --exposure")
    if out is not None and (wrong := unwritable(out)):
        stop(wrong, spoken)
    programme = opened(file, spoken)
    if exposure is not None:
        table = price_table(programme, exposure, out)
        if isinstance(table, list):
            stop(table, spoken)
        show_table(table, programme, spoken)
    elif field or claims:
        sheet = quote_fields(programme, pairs(field or ()), claims or None)
        if isinstance(sheet, list):
            stop(sheet, spoken)
        show_sheet(sheet, spoken)
    elif wrong := show_technical(programme, spoken):
        stop(wrong, spoken)


@app.command()
def simulate(
    file: File,
    years: Years = 100_000,
    seed: Seed = 1,
    threads: Threads = 0,
    set: Changes = None,  # noqa: A002 - the option's name
    out: Annotated[Path | None, typer.Option("--out", help="figures as .xlsx .csv .parquet 写出文件")] = None,
    lang: Language = "auto",
) -> None:
    """Simulate many years: the account of every party, with the error of every figure. 模拟多年。"""
    from quanyu.cli.simulating import simulate_and_show

    spoken = language(lang)
    programme = opened(file, spoken)
    findings = simulate_and_show(
        programme,
        years=years,
        seed=seed,
        threads=threads or os.cpu_count() or 1,
        changes=pairs(set or [], empty=True),
        out=out,
        language=spoken,
    )
    if findings:
        stop(findings, spoken)


@app.command()
def fit(
    table: Annotated[Path, typer.Argument(help="table of losses: .xlsx .csv .parquet 损失表")],
    column: Annotated[str, typer.Option("--column", help="the column of amounts 金额列")],
    law: Annotated[list[str] | None, typer.Option("--law", help="only these laws 只拟合这些分布")] = None,
    above: Annotated[
        float | None, typer.Option("--above", help="losses up to here are not in the table 起报点")
    ] = None,
    years: Annotated[str | None, typer.Option("--years", help="the column of years 年份列")] = None,
    lang: Language = "auto",
) -> None:
    """Fit laws to a table of losses, with how well each fits. 拟合损失分布。"""
    from rich.console import Console

    from quanyu.cli.fitting import show_fits
    from quanyu.desk.fit import fit_table

    spoken = language(lang)
    with Console(stderr=True).status("拟合与检验…" if spoken == "zh" else "fitting and testing…"):
        done = fit_table(table, column, laws=tuple(law or ()), above=above, years=years)
    if isinstance(done, list):
        stop(done, spoken)
    show_fits(done, spoken)


@app.command()
def settle(files: Files, lang: Language = "auto") -> None:
    """Settle cases to the fen, beside what they expect. 逐案结算到分。"""
    from quanyu.cli.cases import show_case
    from quanyu.desk.open import files_of
    from quanyu.desk.settle import settle_file

    spoken, failed = language(lang), False
    found = list(files_of(files, (".case",)))
    if not found:
        raise typer.BadParameter("there is no .case file there 那里没有案例文件")
    for path in found:
        done = settle_file(path)
        if isinstance(done, list):
            say(done, spoken)
            failed = True
            continue
        show_case(done, spoken)
        failed = failed or not done.holds
    raise typer.Exit(int(failed))


@app.command()
def report(
    files: Files,
    years: Years = 20_000,
    seed: Seed = 1,
    threads: Threads = 0,
    out: Annotated[Path, typer.Option("--out", help="the HTML file 报告文件")] = Path("out/report.html"),
    lang: Language = "auto",
) -> None:
    """Carry programmes through the whole chain and write one HTML report. 全链条报告。"""
    from quanyu.cli.reporting import report_and_show

    spoken = language(lang)
    raise typer.Exit(
        report_and_show(files, years=years, seed=seed, threads=threads or os.cpu_count() or 1, out=out, language=spoken)
    )


@app.command()
def demo(
    years: Years = 20_000,
    out: Annotated[Path, typer.Option("--out", help="the HTML file 报告文件")] = Path("out/report.html"),
    lang: Language = "auto",
) -> None:
    """The programmes of this repository through the whole chain and a year of business. 演示：全部方案与一本账。"""
    from quanyu.cli.demonstrating import business_and_show
    from quanyu.cli.reporting import report_and_show
    from quanyu.desk.report import programmes_here

    spoken, folder = language(lang), programmes_here()
    status = report_and_show([folder], years=years, seed=1, threads=os.cpu_count() or 1, out=out, language=spoken)
    raise typer.Exit(status or business_and_show(folder, out.parent / "papers", language=spoken))


@app.command("format")
def format_(file: File, lang: Language = "auto") -> None:
    """Print a programme in canonical form. 按规范格式输出方案。"""
    from quanyu.language.load import load_programme
    from quanyu.language.write import write_node

    document, findings = load_programme(file)
    if document is None:
        stop(findings, language(lang))
    typer.echo(write_node(document.value), nl=False)


@app.command()
def schema(case: Annotated[bool, typer.Option("--case", help="of case files 案例文件")] = False) -> None:
    """Print the JSON Schema of programme files, for editors. 输出 JSON Schema。"""
    from quanyu.language.schema import case_schema, programme_schema, schema_text

    typer.echo(schema_text(case_schema() if case else programme_schema()), nl=False)


app.command()(export)
app.command("import")(import_)
app.command()(verify)
app.command()(certificate)
app.command()(impact)
app.command()(rectify)


def language(choice: str) -> str:
    """`zh` or `en`: as asked for, or by the locale."""
    if choice != "auto":
        return choice
    spoken = os.environ.get("QUANYU_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if spoken.lower().startswith("zh") else "en"


def opened(file: Path, spoken: str) -> "Opened":
    """A programme, or the end of the command with its findings."""
    from quanyu.desk.open import open_programme

    found = open_programme(file)
    if isinstance(found, list):
        stop(found, spoken)
    return found


def say(findings: "Sequence[Finding]", spoken: str) -> None:
    """Findings to the error stream."""
    from quanyu.cli.findings import written

    for finding in findings:
        typer.echo(written(finding, spoken) + "\n", err=True)


def stop(findings: "Sequence[Finding]", spoken: str) -> NoReturn:
    """Ends the command with findings."""
    say(findings, spoken)
    raise typer.Exit(1)


def pairs(written: Sequence[str], *, empty: bool = False) -> dict[str, str]:
    """`name=value` options. empty: whether a value may be missing."""
    out: dict[str, str] = {}
    for one in written:
        name, sign, value = one.partition("=")
        if not sign or not name.strip() or not (value.strip() or empty):
            raise typer.BadParameter(f"{one!r}: write name=value")
        if name.strip() in out:
            raise typer.BadParameter(f"{name.strip()!r} is given twice")
        out[name.strip()] = value.strip()
    return out
