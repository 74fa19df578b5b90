"""What SECURITY.md names as proof is there, and runs."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_proof_that_is_named_exists() -> None:
    """A file that moved would leave a promise without anybody who looks."""
    table = [line for line in (ROOT / "SECURITY.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    missing = []
    for line in table:
        proof, folder = line.rstrip(" |").rpartition(" | ")[2], ROOT
        for name in re.findall(r"`((?:tests/)?[\w/.]+?)`", proof):
            if "/" not in name and not name.endswith(".py"):
                continue
            path = ROOT / name if "/" in name else folder / name
            folder = path.parent
            if not path.exists():
                missing.append(name)
    targets = re.findall(r"`make (\w+)`", "\n".join(table))
    made = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.M)

    assert [] == missing
    assert targets
    assert set(targets) <= set(made)
