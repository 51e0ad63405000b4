"""Quanyu 全域: insurance programmes as code."""
