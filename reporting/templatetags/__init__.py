"""Template tags and filters that every app's templates share."""
