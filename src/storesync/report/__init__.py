"""Views for people and programs: drivers, plans, prices, runs and channels on a terminal, as JSON, as a page.

The terminal needs rich and the page Jinja2 (extra `cli`), so each of those views is imported by its own module.
"""

from storesync.report.matrix import DriverRow, markdown, matrix

__all__ = ["DriverRow", "markdown", "matrix"]
