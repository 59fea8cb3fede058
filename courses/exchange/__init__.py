"""Whole courses in and out: folders, zips, lists of articles."""
