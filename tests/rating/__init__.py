"""Tests of the room rating."""
