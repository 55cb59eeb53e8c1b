"""What the agency computes and decides: the allocation engine, runs, decisions and payments."""
