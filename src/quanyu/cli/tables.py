"""Tables of the terminal that cut nothing: where one needs more room than the terminal has, its lines are longer."""

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

__all__ = ["print_table"]

_WORD = 28
"""A word in a column of texts, such as a number of a policy, stays whole up to this width."""


def print_table(table: Table, console: Console | None = None) -> None:
    """Prints a table. Columns that are not wrapped, of amounts and days, stay whole; texts are folded, never cut."""
    console = console or Console(highlight=False)
    for column in table.columns:
        if not column.no_wrap:
            column.overflow, column.max_width = "fold", max(_WORD, console.width // 2)
    needed = Measurement.get(console, console.options.update(width=10_000, max_width=10_000), table).minimum
    if needed > console.width:
        console = Console(highlight=False, width=needed, file=console.file)
    console.print(table)
