"""storesync demo: the whole way of a catalog to two foreign shops, on this machine, checked as it goes."""

from __future__ import annotations

import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.text import Text

from storesync.cli.attempt import DONE, FAILED, attempt
from storesync.cli.common import Common, Json
from storesync.cli.outlet import Outlet
from storesync.errors import ConfigError

if TYPE_CHECKING:
    from storesync.cli.story.emulators import Emulators
    from storesync.cli.story.promises import Promises
    from storesync.config import Config

__all__ = ["demo"]


def demo(
    *,
    folder: Annotated[Path, Parameter(help="Where the demo keeps its project; made anew each time.")] = Path(
        ".demo"
    ),
    channels: Annotated[
        tuple[str, ...],
        Parameter(
            name="--channel",
            negative=(),
            show_default=False,
            help="Only this channel; may be given several times.",
        ),
    ] = (),
    serve: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Keep the shops up at the end, until Ctrl-C.")
    ] = False,
    json: Json = False,
) -> int:
    """List the sample catalog on two emulated shops and tell the story.

    Everything happens on this machine; ids, brands and accounts are invented.
    Exits with 1 when a promise is broken.
    """

    def work(outlet: Outlet) -> int:
        try:
            from storesync.cli.story.emulators import emulators
        except ModuleNotFoundError as error:
            raise ConfigError(f"the demo needs {error.name}: pip install 'storesync[cli,sandbox]'") from None
        with emulators() as shops:
            code = _tell(outlet, folder, channels, shops)
            if serve and not json:
                outlet.say(Text(f"\nThe shops stay up at {shops.address}/ until Ctrl-C.", "bold"))
                _wait()
            return code

    return attempt(Common(config=folder / "storesync.toml", json=json), work)


def _wait() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def _tell(outlet: Outlet, folder: Path, wanted: tuple[str, ...], shops: Emulators) -> int:
    from storesync.catalog.pictures import generate_images
    from storesync.cli.logs import logging_to
    from storesync.cli.story.chapters import Story
    from storesync.cli.story.emulators import ENVIRONMENT
    from storesync.cli.story.project import Project
    from storesync.cli.story.promises import Promises
    from storesync.config import load

    began = time.monotonic()
    outlet.secrets = lambda: tuple(
        value for name, value in ENVIRONMENT.items() if not name.endswith(("_ID", "APP_KEY"))
    )
    outlet.say(
        Text("storesync demo: one Korean catalog, two foreign shops, each listing exactly once", "bold")
    )
    project = Project.fresh(folder, shops.address)
    config = load(project.config)
    channels, missing = _usable(config, wanted)
    for name in missing:
        outlet.complain(Text(_missing(config, name), "bold red"))
    for name in channels:
        project.keep_for_later(name)
    with outlet.err.status("drawing pictures") if outlet.lively else nullcontext():
        pictures = generate_images(project.catalog, project.catalog / "images")
    outlet.log = str((folder / "storesync.log").resolve())
    outlet.say(
        Text(
            f"  project in {folder}/: 80 products, 116 variants in Korean and won; {pictures} pictures drawn"
        ),
        Text(f"  today is {config.today}, by the example's own configuration; its rates are of that day"),
        Text(f"  both shops are emulated here, at {shops.address}/, and nothing leaves this machine"),
        Text(
            f"  each takes {shops.rate} requests a second; its search trails {shops.lag:g} s behind; "
            f"what a lost request does, it does within {shops.late:g} s"
        ),
    )
    promises = Promises(outlet)
    story = Story(outlet, project, shops, channels, promises)
    with logging_to(Path(outlet.log), secrets=outlet.secrets):
        for chapter in (story.plan, story.apply, story.again, story.change, story.lose_answers):
            chapter()
    page = shops.keep_page(folder / "shops")
    seconds = time.monotonic() - began
    places = {
        "state": folder / "storesync.db",
        "plan": folder / "plan.json",
        "page": folder / "plan.html",
        "log": folder / "storesync.log",
        "shops": page,
    }
    _end(outlet, promises, places, missing, seconds)
    outlet.document(
        {
            "ok": not promises.broken and not missing,
            "today": str(config.today),
            "channels": list(channels),
            "missing": {name: _missing(config, name) for name in missing},
            "promises": [{"words": promise.words, "kept": promise.kept} for promise in promises.all],
            "places": {name: str(place) for name, place in places.items()},
            "seconds": round(seconds, 1),
        }
    )
    return FAILED if promises.broken or missing else DONE


def _usable(config: Config, wanted: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The channels to tell of, and those whose driver is not installed."""
    from storesync import registry

    for name in wanted:
        if name not in config.channels:
            raise ConfigError(f"the demo has no channel {name!r} (it has {', '.join(config.channels)})")
    meant = wanted or tuple(config.channels)
    installed = registry.names()
    found = tuple(name for name in meant if config.channels[name].channel.driver in installed)
    if not found:
        raise ConfigError("the demo has no channel whose driver is installed; `storesync drivers` shows them")
    return found, tuple(name for name in meant if name not in found)


def _missing(config: Config, channel: str) -> str:
    driver = config.channels[channel].channel.driver
    return f"channel {channel} is left out, and the demo therefore fails: no driver {driver!r} is installed"


def _end(
    outlet: Outlet, promises: Promises, places: dict[str, Path], missing: tuple[str, ...], seconds: float
) -> None:
    words = {
        "state": "what was asked, answered and acknowledged",
        "plan": "the first plan, as data",
        "page": "the first plan, to read in a browser",
        "log": "what happened, a line of JSON each",
        "shops": "what the shops showed at the end",
    }
    outlet.say("", Text("To look at", style="bold"))
    for name, place in places.items():
        outlet.say(Text.assemble((f"  {name:<6}", "dim"), f"{place!s:<26}", (f" {words[name]}", "dim")))
    kept = len(promises.all) - len(promises.broken)
    good = not promises.broken and not missing
    outlet.say(
        "",
        Text(
            f"{kept} of {len(promises.all)} promises kept in {seconds:.0f} s",
            "bold green" if good else "bold red",
        ),
    )
    for promise in promises.broken:
        outlet.complain(Text(f"  ✗ {promise.words}", "red"))
    for name in missing:
        outlet.complain(Text(f"  ✗ {name} was left out: its driver is not installed", "red"))
