"""What everyone may see: results, map, and where the figures come from."""
