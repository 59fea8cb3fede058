"""The platform: who you are, what you may do, where files, jobs and messages go."""
