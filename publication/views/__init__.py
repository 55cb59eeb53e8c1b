"""The open pages, one module per subject."""
