"""Checks: what is wrong or doubtful in a programme.

Takes  a programme with the places of its file; the versions of one programme.
Gives  every finding at once, each with its place, its line, the reason and the remedy.
Never  runs an example, computes an amount of money, or changes what the file says.
"""

from quanyu.checks.programme import RULES, check_programme
from quanyu.checks.rule import Rule
from quanyu.checks.rules.examples import row_names
from quanyu.checks.versions import check_versions

__all__ = ["RULES", "Rule", "check_programme", "check_versions", "row_names"]
