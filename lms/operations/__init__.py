"""What whoever runs an installation looks at: jobs, workers, readiness, storage."""
