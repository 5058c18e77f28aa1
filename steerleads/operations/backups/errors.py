"""Why nothing was backed up or restored."""


class BackupError(Exception):
    """The message says why, and what would be right."""


class ProgramFailed(BackupError):
    """One of PostgreSQL's programs ended with an error."""
