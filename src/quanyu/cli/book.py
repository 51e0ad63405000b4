"""The group `quanyu book`: the verbs of policies."""

from collections.abc import Callable, Mapping

import typer

from quanyu.cli import changing, evidence, quoting, schedules
from quanyu.cli.verbs import Verbs

__all__ = ["app"]

app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Policies: publish, quote, issue, change, show. 保单业务：发布、报价、出单、变更、查看。",
)

_VERBS: Mapping[str, Callable[..., None]] = {
    "publish": quoting.publish,
    "quote": quoting.quote,
    "underwrite": quoting.underwrite,
    "approve": quoting.approve,
    "issue": quoting.issue,
    "endorse": changing.endorse,
    "suspend": changing.suspend,
    "cancel": changing.cancel,
    "reinstate": changing.reinstate,
    "extend": changing.extend,
    "true-up": changing.true_up,
    "renew": quoting.renew,
    "master": schedules.master,
    "member": schedules.member,
    "leave": schedules.leave,
    "open": schedules.open_,
    "declare": schedules.declare,
    "adjust": schedules.adjust,
    "premium": schedules.premium,
    "collect": quoting.collect,
    "show": quoting.show,
    "seal": evidence.seal,
}

for _name, _verb in _VERBS.items():
    app.command(_name)(_verb)
