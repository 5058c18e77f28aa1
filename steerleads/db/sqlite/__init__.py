"""Django's SQLite backend, which watches over its file: named by ENGINE in the settings."""
