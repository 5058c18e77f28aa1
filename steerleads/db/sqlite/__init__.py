"""Django's SQLite backend, which reads ids and times in one step: named by ENGINE in the settings."""
