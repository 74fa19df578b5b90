"""Bars for long work, on a terminal only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from storesync.cli.outlet import Outlet
from storesync.engine.apply import Progress
from storesync.plan import Operation

__all__ = ["applying", "counting"]


@contextmanager
def counting(outlet: Outlet, words: str) -> Iterator[Callable[[int], None] | None]:
    """A count that goes up for the length of the block; None where nobody looks."""
    if not outlet.lively:
        yield None
        return
    with outlet.err.status(words) as status:
        yield lambda count: status.update(f"{words}: {count}")


@contextmanager
def applying(outlet: Outlet, words: str) -> Iterator[Progress | None]:
    """A bar of operations for the length of the block; None where nobody looks."""
    if not outlet.lively:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}", style="dim"),
    )
    with Bar(*columns, console=outlet.err, transient=True) as bar:
        task = bar.add_task(words, total=None, now="")

        def tell(operation: Operation | None, done: int, total: int) -> None:
            now = f"{operation.kind.value} {operation.key}" if operation is not None else ""
            bar.update(task, completed=done, total=total, now=now)

        yield tell
