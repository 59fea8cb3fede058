"""Pages that gather: what to do next, for the learner, the instructor and the administrator."""
