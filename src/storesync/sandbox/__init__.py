"""Emulated markets: what a platform would answer, in memory, with faults on demand."""
