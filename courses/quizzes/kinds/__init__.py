"""The question types: one file and one class each, found through the registry."""
