"""The learning: what is taught, to whom, how it is tried, proved and reviewed."""
