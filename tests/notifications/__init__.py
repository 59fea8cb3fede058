"""Carrying messages to people."""
