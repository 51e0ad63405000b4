"""How `--help` lists verbs: each with its whole sentence, in both languages."""

from typing import Any

import typer
from typer.core import TyperGroup

__all__ = ["Verbs", "say_version"]


class Verbs(TyperGroup):
    """A group whose list of verbs is not cut at the first sentence, after which the Chinese one stands."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Writes the list."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, " ".join((verb.help or "").split())) for name, verb in found if verb and not verb.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def say_version(asked: bool) -> None:
    """Prints the version of the installed package and ends."""
    if asked:
        from importlib.metadata import version

        typer.echo(f"quanyu {version('quanyu')}")
        raise typer.Exit
