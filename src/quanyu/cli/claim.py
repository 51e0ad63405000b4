"""The group `quanyu claim`: the verbs of claims."""

from collections.abc import Callable, Mapping

import typer

from quanyu.cli import claiming, determining
from quanyu.cli.verbs import Verbs

__all__ = ["app"]

app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Claims: notify, state facts, reserve, decide, pay, recover, determine, show. 赔案：报案至结案。",
)

_VERBS: Mapping[str, Callable[..., None]] = {
    "notify": claiming.notify,
    "fact": claiming.fact,
    "reserve": claiming.reserve,
    "decide": claiming.decide,
    "pay": claiming.pay,
    "recover": claiming.recover,
    "close": claiming.close,
    "reopen": claiming.reopen,
    "determine": determining.determine,
    "show": determining.show,
    "list": determining.list_,
    "clocks": determining.clocks,
}

for _name, _verb in _VERBS.items():
    app.command(_name)(_verb)
