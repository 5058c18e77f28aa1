"""Django's PostgreSQL backend, with cheaper connections: named by ENGINE in the settings."""
