"""How far each learner has come, and what is still locked and why."""
