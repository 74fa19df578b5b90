"""List one catalog on many foreign marketplaces."""

__version__ = "0.1.0"
