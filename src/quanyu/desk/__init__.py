"""Desk: one function a verb; the only room where files, clock and progress meet arithmetic.

Takes  paths, and what a door was asked for.
Gives  plain values for the doors, findings among them.
Never  holds a formula: it opens, wires, calls and hands on.
"""
