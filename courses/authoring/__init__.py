"""Making courses: what is in them, in which order, and whether they are fit for learners."""
