"""The story that `storesync demo` tells: two emulated shops, one catalog, chapter by chapter, checked."""
