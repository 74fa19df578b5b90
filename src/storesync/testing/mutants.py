"""`python -m storesync.testing.mutants`: the engine broken on purpose, and the simulation that must notice.

A judge that has never condemned anybody proves nothing. Each mutant is one change to one place of the engine,
made in the memory of a process of its own; the worlds are run until one breaks a promise. The one that is known to
comes first, and whoever says `--first` looks for another.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

from attrs import frozen

from storesync.testing.broken_recovery import RECOVERY, Mutant
from storesync.testing.broken_sending import SENDING

__all__ = ["MUTANTS", "SMOKE", "Caught", "Mutant", "hunt", "main"]


MUTANTS: Final = (*RECOVERY, *SENDING)
SMOKE: Final = ("a lost answer is taken for a refusal", "a half is forgotten when step two is refused")
"""Those that every test run hunts."""


@frozen
class Caught:
    """The world that condemned a mutant, or the test, after no world; `seed` None when all let it pass."""

    mutant: str
    seed: int | None
    worlds: int
    said: str
    seconds: float


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles a module with one place of it changed, from memory: no file and no cache sees it."""

    def __init__(self, mutant: Mutant, path: str) -> None:
        super().__init__(mutant.module, path)
        self._mutant = mutant

    def get_code(self, fullname: str) -> CodeType:
        text = Path(self.path).read_text(encoding="utf-8")
        found = text.count(self._mutant.before)
        if found != 1:
            raise SystemExit(
                f"mutant {self._mutant.name!r}: {self._mutant.module} has its text {found} times; "
                "the engine changed: change the mutant with it"
            )
        return compile(text.replace(self._mutant.before, self._mutant.after), self.path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.origin is not None
        return importlib.util.spec_from_loader(fullname, _Loader(self._mutant, spec.origin))


def hunt(mutant: Mutant, seeds: int, first: int | None = None) -> Caught:
    """Run worlds with this mutant until one is broken. Only in a process that has loaded nothing of the engine.

    Without a `first` seed its known world comes first, then those from 0.
    """
    if mutant.module in sys.modules:
        raise RuntimeError(f"{mutant.module} is loaded already: hunt each mutant in a process of its own")
    sys.meta_path.insert(0, _Finder(mutant))
    began = time.monotonic()
    if mutant.held_by:
        failed = _fails(mutant.held_by)
        said = f"{mutant.held_by} fails" if failed else ""
        return Caught(mutant.name, 0 if failed else None, 0, said, time.monotonic() - began)
    from storesync.testing.simulate import run_some

    known = (mutant.seed,) if mutant.seed is not None and first is None else ()
    for worlds, seed in enumerate((*known, *range(first or 0, (first or 0) + seeds)), 1):
        (verdict,) = run_some([seed])
        said = verdict if isinstance(verdict, str) else str(dict(verdict.broken)) if verdict.broken else ""
        if said:
            return Caught(mutant.name, seed, worlds, said, time.monotonic() - began)
    return Caught(mutant.name, None, seeds, "", time.monotonic() - began)


def _fails(test: str) -> bool:
    """Whether a test of the repository fails; where there is none, nothing is proven."""
    import pytest

    with redirect_stdout(StringIO()):
        # Rewriting assertions, pytest would load the engine in its own way, unbroken.
        code = pytest.main(["-q", "-x", "-n", "0", "-p", "no:cacheprovider", "--assert=plain", test])
    return code == pytest.ExitCode.TESTS_FAILED


def main(arguments: list[str] | None = None) -> int:
    """Hunt the mutants; 0 when every one was caught, and by the world that is known to."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("--seeds", type=int, default=600, help="worlds for each mutant at most")
    parser.add_argument("--first", type=int, help="the first seed, also where another is known")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--only", default="", help="mutants with this in their name")
    chosen = parser.parse_args(arguments)
    some = [mutant for mutant in MUTANTS if chosen.only in mutant.name]
    passed = moved = 0
    with ProcessPoolExecutor(chosen.jobs, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        hunts = [pool.submit(hunt, mutant, chosen.seeds, chosen.first) for mutant in some]
        for mutant, done in zip(some, hunts, strict=True):
            caught = done.result()
            passed += caught.seed is None
            # Where worlds are drawn anew, a known one is a stranger: a test that runs it would hold nothing.
            moved += chosen.first is None and caught.worlds > 0 and caught.seed not in (None, mutant.seed)
            where = (
                "NOT CAUGHT" if caught.seed is None else f"seed {caught.seed}" if caught.worlds else "a test"
            )
            sys.stdout.write(f"{caught.mutant:<50}{where:>12}  {caught.said[:110]}\n")
            sys.stdout.flush()
    elsewhere = f", {moved} of them by another world than their seed: write the new one down" if moved else ""
    sys.stdout.write(f"{len(some) - passed} of {len(some)} mutants caught{elsewhere}\n")
    return 1 if passed or moved else 0


if __name__ == "__main__":
    raise SystemExit(main())
