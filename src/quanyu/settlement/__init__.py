"""Settlement: one day.

Takes  a compiled programme, or its versions, and claims with their facts.
Gives  what each party bears and receives of every claim in whole fen, transfers, caused amounts, the path of every fen.
Never  reads assumptions, rounds outside the waterfall, or books half of a case.
"""

from quanyu.settlement.binding import settle_versions
from quanyu.settlement.settle import Settled, Transfer, settle

__all__ = ["Settled", "Transfer", "settle", "settle_versions"]
