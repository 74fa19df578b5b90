"""Complete examples that `storesync init` and `storesync demo` copy: configuration, catalog, tables, prices."""
