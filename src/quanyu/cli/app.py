"""The verbs of the terminal. Rooms below are imported by the verb that needs them: `--help` starts at once."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = ["app", "main"]

app = typer.Typer(
    name="quanyu",
    help="全域保险 Quanyu: insurance programmes as code. 一个文件写尽一个保险方案。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Files = Annotated[list[Path], typer.Argument(help="programme files, cases or folders 方案文件、案例或文件夹")]
File = Annotated[Path, typer.Argument(help="a programme file 方案文件")]
Format = Annotated[Literal["text", "json"], typer.Option("--format", help="text for people, json for programs")]
Language = Annotated[Literal["auto", "zh", "en"], typer.Option("--lang", help="language of messages 语言")]


def main() -> None:
    """Runs the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()


@app.command()
def check(files: Files, format: Format = "text", lang: Language = "auto") -> None:  # noqa: A002 - the option's name
    """Say everything that is wrong or doubtful, at once. 查出所有错处与疑点。"""
    from quanyu.cli.findings import report_findings
    from quanyu.desk.check import check_files

    checked = check_files(files)
    raise typer.Exit(report_findings(checked, json=format == "json", language=language(lang)))


@app.command()
def schema(case: Annotated[bool, typer.Option("--case", help="of case files 案例文件")] = False) -> None:
    """Print the JSON Schema of programme files, for editors. 输出 JSON Schema。"""
    from quanyu.language.schema import case_schema, programme_schema, schema_text

    typer.echo(schema_text(case_schema() if case else programme_schema()), nl=False)


def language(choice: str) -> str:
    """`zh` or `en`: as asked for, or by the locale."""
    import os

    if choice != "auto":
        return choice
    spoken = os.environ.get("QUANYU_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if spoken.lower().startswith("zh") else "en"
