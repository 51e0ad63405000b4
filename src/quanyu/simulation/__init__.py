"""Simulation: many years.

Takes  a programme ready to be simulated, a number of years, a seed.
Gives  the account of each party with the standard error of every figure; claims kept to be split again.
Never  draws differently for other threads or block sizes, or states a tail without its error.
"""

from quanyu.simulation.figures import LEVELS, CurvePoint, Figures
from quanyu.simulation.ledger import (
    Entry,
    FlowEntry,
    StepEntry,
    flow_entries,
    ledger,
    party_occurrences,
    step_entries,
)
from quanyu.simulation.run import Plan, Run, Stored, simulate_columns
from quanyu.simulation.tails import TailFigures

__all__ = [
    "LEVELS",
    "CurvePoint",
    "Entry",
    "Figures",
    "FlowEntry",
    "Plan",
    "Run",
    "StepEntry",
    "Stored",
    "TailFigures",
    "flow_entries",
    "ledger",
    "party_occurrences",
    "simulate_columns",
    "step_entries",
]
