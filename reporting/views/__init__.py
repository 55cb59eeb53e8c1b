"""The regions' pages."""
