"""Waterfall: one amount split over those who bear or receive it.

Takes  a programme's flow, and a history of increments, premium and money into accounts.
Gives  a plan; who takes what of every claim, exact or to the fen, with the way it went in words; what to book.
Never  computes an amount from facts, reads a file, a clock or chance, or leaves money with nobody.
"""

from quanyu.waterfall.book import Booking, Closing, Known, book, bookings, hold
from quanyu.waterfall.bound import fen_bound
from quanyu.waterfall.compile import FLOWS, compile_flow
from quanyu.waterfall.explain import explain
from quanyu.waterfall.fen import Arithmetic, Exact, Fen
from quanyu.waterfall.fold import fold
from quanyu.waterfall.history import Amount, Deposit, History, Increment, Premium, Row
from quanyu.waterfall.outcome import Charge, Held, Movement, Outcome
from quanyu.waterfall.plan import Plan, PlanRefused, PlanStep, Taker
from quanyu.waterfall.trace import Cut, Passage, StagePassage

__all__ = [
    "FLOWS",
    "Amount",
    "Arithmetic",
    "Booking",
    "Charge",
    "Closing",
    "Cut",
    "Deposit",
    "Exact",
    "Fen",
    "Held",
    "History",
    "Increment",
    "Known",
    "Movement",
    "Outcome",
    "Passage",
    "Plan",
    "PlanRefused",
    "PlanStep",
    "Premium",
    "Row",
    "StagePassage",
    "Taker",
    "book",
    "bookings",
    "compile_flow",
    "explain",
    "fen_bound",
    "fold",
    "hold",
]
