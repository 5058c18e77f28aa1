"""Tags of the analytics page's templates."""
