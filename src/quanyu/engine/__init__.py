"""Engine: a whole programme compiled; facts → amounts → shares, flows in their order.

Takes  a checked Programme, and facts as rows or columns.
Gives  its covers, rating and plans, and the split of every amount.
Never  does the sum in two places: settlement and simulation both run this.
"""

from quanyu.engine.compiled import Compiled, Side, compile_programme, sides_of

__all__ = ["Compiled", "Side", "compile_programme", "sides_of"]
