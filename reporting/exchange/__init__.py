"""The report as a file: templates that regions fill in with Excel or as CSV, and what they read back."""
