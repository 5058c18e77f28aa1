"""Django's PostgreSQL backend, with cheaper connections and rows: named by ENGINE in the settings."""
