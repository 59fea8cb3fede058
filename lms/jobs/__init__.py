"""Work after the answer: jobs are rows, deferred in the transaction that caused them (procrastinate)."""
