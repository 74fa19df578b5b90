"""The pytest plugin: counts what conformance suites judge, and tells the level that each driver reached."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

__all__ = ["pytest_addoption", "pytest_configure"]

_LEVELS = ("pure", "laws", "sandbox", "live")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--storesync-levels FILE` writes the levels reached."""
    parser.getgroup("storesync").addoption(
        "--storesync-levels",
        metavar="FILE",
        default=None,
        help="write the conformance level that each driver reached into this JSON file",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.pluginmanager.register(_Counter(config.getoption("--storesync-levels")), "storesync-conformance")


class _Counter:
    """Passed and judged checks, by driver and level."""

    def __init__(self, file: str | None) -> None:
        self._file = file
        self._passed: dict[str, dict[str, int]] = {}
        self._total: dict[str, dict[str, int]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a check that was run, by this process or by a worker."""
        if report.when != "call":
            return
        for name, value in report.user_properties:
            if name == "storesync" and isinstance(value, list | tuple):
                driver, level, _, total = value
                self._total.setdefault(str(driver), {})[str(level)] = int(str(total))
                passed = self._passed.setdefault(str(driver), dict.fromkeys(_LEVELS, 0))
                passed[str(level)] += report.passed

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """One line per driver."""
        if not self._total:
            return
        terminalreporter.section("storesync conformance")
        for driver in sorted(self._total):
            passed, total = self._passed[driver], self._total[driver]
            parts = [f"{level} {passed[level]}/{total[level]}" for level in _LEVELS if level in total]
            terminalreporter.write_line(f"{driver}: {_reached(passed, total)} ({' · '.join(parts)})")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the file that was asked for; a worker of xdist knows only its part."""
        if self._file and self._total and not hasattr(session.config, "workerinput"):
            levels = {
                driver: _reached(self._passed[driver], total) for driver, total in sorted(self._total.items())
            }
            Path(self._file).write_text(json.dumps(levels, indent=2) + "\n", encoding="utf-8")


def _reached(passed: Mapping[str, int], total: Mapping[str, int]) -> str:
    """The highest level of which every check was run and passed, as of all lower ones."""
    best = "none"
    for level in _LEVELS:
        if not total.get(level) or passed[level] < total[level]:
            break
        best = level
    return best
