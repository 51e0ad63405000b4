"""Tests of tropical cyclones."""
