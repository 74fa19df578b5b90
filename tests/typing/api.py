"""The public API as its users write it: checked by mypy --strict, never run."""

from typing import assert_type

import storesync

assert_type(storesync.__version__, str)
