"""Many learners at once against real server processes: what the exam storm and the chaos test share."""
