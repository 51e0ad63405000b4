"""Tests of the room of perils."""
