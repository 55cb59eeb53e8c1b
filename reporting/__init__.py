"""What regions report, and who they are."""
