"""Which process this is, and whether one that holds a lease is known to have ended."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

__all__ = ["ended", "owner"]

_PROC = Path("/proc")
_ENDED = ("Z", "X")  # a zombie runs no code any more
_STATE, _STARTED = 0, 19  # fields of /proc/PID/stat, counted behind the command's name
_HOST = 40  # characters of a host's name; the column holds 120


def owner() -> str:
    """This process's name in leases: host, process id, and a mark by which others here can tell that it ended.

    The mark is empty where the system does not tell (no Linux /proc): then nobody ever takes it for ended.
    """
    pid = os.getpid()
    place, started = _place(), _started(pid)
    mark = f":{place}.{started}" if place and started else ""
    return f"{socket.gethostname()[:_HOST]}:{pid}{mark}"


def ended(name: str) -> bool:
    """Whether the owner of this name has certainly ended; False whenever that cannot be known.

    Only a process of the same host, the same boot and the same process namespace can be looked up, and one that
    got its number anew started at another moment.
    """
    parts = name.partition("/")[0].rsplit(":", 2)
    if len(parts) != 3:
        return False
    host, pid, mark = parts
    place, _, started = mark.partition(".")
    here = _place()
    if (
        not here
        or place != here
        or host != socket.gethostname()[:_HOST]
        or not started
        or not pid.isdecimal()
    ):
        return False
    return _started(int(pid)) != started


def _place() -> str:
    """Names this boot of this machine, and the namespace that process numbers here belong to."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        space = os.readlink(_PROC / "self/ns/pid")
    except OSError:
        return ""
    return hashlib.blake2s(f"{boot} {space}".encode(), digest_size=5).hexdigest()


def _started(pid: int) -> str:
    """When a process began, in the kernel's ticks; empty when it is not running."""
    try:
        told = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    except OSError:
        return "?"
    fields = told.rpartition(")")[2].split()
    return "" if fields[_STATE] in _ENDED else fields[_STARTED]
