"""What authors of drivers and services import in their own tests."""

from storesync.testing.drive import drive
from storesync.testing.spoil import spoiled

__all__ = ["drive", "spoiled"]
