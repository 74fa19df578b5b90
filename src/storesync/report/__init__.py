"""Views for people: what there is, what would change, what became of it."""

from storesync.report.matrix import DriverRow, markdown, matrix

__all__ = ["DriverRow", "markdown", "matrix"]
