"""CLI: the door at the terminal.

Takes  arguments.
Gives  text, tables, progress bars and an exit status.
Never  computes: every verb is one function of the desk.
"""

from quanyu.cli.app import main

__all__ = ["main"]
