"""Questions, attempts, marks."""
