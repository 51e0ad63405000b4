"""Rating: a risk to its premium.

Takes  the premium of a programme, and the fields of one risk or of a table of risks.
Gives  exact premiums whose named parts multiply and add up, the sheet of any one, shares of a period, no-claim levels.
Never  rates a value that stands in no row of a table, rounds before the end, or replaces a gap by a default.
"""

from quanyu.rating.columns import Quotes, explain_row, quote_columns
from quanyu.rating.compiled import CompiledFactor, CompiledRating, compile_rating
from quanyu.rating.day_count import (
    DayCount,
    Term,
    change_of_premium,
    earned_share,
    months_begun,
    return_of_premium,
    time_share,
)
from quanyu.rating.quote import quote_row
from quanyu.rating.sheet import Line, Sheet
from quanyu.rating.states import CompiledState, compile_states, levels, next_state, start_state

__all__ = [
    "CompiledFactor",
    "CompiledRating",
    "CompiledState",
    "DayCount",
    "Line",
    "Quotes",
    "Sheet",
    "Term",
    "change_of_premium",
    "compile_rating",
    "compile_states",
    "earned_share",
    "explain_row",
    "levels",
    "months_begun",
    "next_state",
    "quote_columns",
    "quote_row",
    "return_of_premium",
    "start_state",
    "time_share",
]
