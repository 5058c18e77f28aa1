"""The weekly digest: last week beside the week before, mailed to managers who switched it on (contract A21)."""
