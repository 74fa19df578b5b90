"""storesync init: a configuration to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from storesync.cli.attempt import DONE, attempt
from storesync.cli.common import Common, Json
from storesync.cli.example import write_example, write_minimal
from storesync.cli.outlet import Outlet
from storesync.issues import counted

__all__ = ["init"]


def init(
    folder: Annotated[Path, Parameter(help="Where to write; the current folder by default.")] = Path(),
    /,
    *,
    minimal: Annotated[
        bool,
        Parameter(
            negative=(), show_default=False, help="Only a storesync.toml to fill in, without the example."
        ),
    ] = False,
    json: Json = False,
) -> int:
    """Write the example (80 product lines, two emulated shops), or a minimal storesync.toml.

    Nothing is overwritten.
    """

    def work(outlet: Outlet) -> int:
        written = write_minimal(folder) if minimal else write_example(folder)
        pictures = 0 if minimal else _pictures(folder, outlet)
        where = "" if folder == Path() else f" --config {folder / 'storesync.toml'}"
        outlet.say(Text(f"{counted(written, 'file')} written to {folder}/"))
        if pictures:
            outlet.say(Text(f"{counted(pictures, 'picture')} drawn in {folder / 'catalog' / 'images'}/"))
        if minimal:
            outlet.say(Text("fill it in, then:"), Text(f"  storesync check{where}"))
        else:
            outlet.say(
                Text("in a second terminal, in the same virtual environment:"),
                Text("  storesync sandbox"),
                Text("here, with the variables that it prints exported:"),
                Text(f"  storesync check{where}"),
            )
        outlet.document({"folder": str(folder), "files": written, "pictures": pictures})
        return DONE

    return attempt(Common(config=folder / "storesync.toml", json=json), work)


def _pictures(folder: Path, outlet: Outlet) -> int:
    from storesync.catalog.pictures import generate_images

    try:
        return generate_images(folder / "catalog", folder / "catalog" / "images")
    except ImportError as error:
        outlet.complain(Text(f"no pictures were drawn: {error}", "yellow"))
        return 0
