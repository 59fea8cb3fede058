"""Briefs, groups, shared work and its review."""
