"""The regions' pages, by subject."""
