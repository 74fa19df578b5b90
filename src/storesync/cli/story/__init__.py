"""The story that `storesync demo` tells: two emulated shops, one catalog, told chapter by chapter and checked."""
