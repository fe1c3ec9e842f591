"""Symbols: what rules are read with to get expressions instead of numbers."""

from viz.symbolic.symbol import Symbol

__all__ = ["Symbol"]
