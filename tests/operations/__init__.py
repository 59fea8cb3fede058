"""Claims about the operator's page."""
