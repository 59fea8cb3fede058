"""Carrying messages to people: the list in the application, and mail."""
