"""Built-in drivers. Nobody imports them by name: the registry finds each by its entry point."""
