"""Cover: facts to amounts.

Takes  the covers of a programme, and facts: a row, or columns of many rows.
Gives  the amount each claim states, exact on a row and float64 in columns, from the same compiled cover.
Never  splits an amount, draws a fact, or pays where the facts are missing.
"""

from quanyu.cover.columns import amounts, combined
from quanyu.cover.compiled import Combination, CompiledCover, compile_cover, compile_covers
from quanyu.cover.row import amount

__all__ = ["Combination", "CompiledCover", "amount", "amounts", "combined", "compile_cover", "compile_covers"]
