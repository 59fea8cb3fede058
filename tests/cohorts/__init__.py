"""One run of a course, and who takes part."""
