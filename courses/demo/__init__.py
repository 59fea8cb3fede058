"""The demonstration: invented people and our own courses, loaded by one command."""
