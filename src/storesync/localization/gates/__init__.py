"""Checks that a translation passes before anyone reads it; each is a pure function, the cheap ones first."""

from storesync.localization.gates.check import Gates, Limits
from storesync.localization.gates.figures import Figure, figures
from storesync.localization.gates.verdict import Finding, Level, Verdict

__all__ = ["Figure", "Finding", "Gates", "Level", "Limits", "Verdict", "figures"]
