"""Everyone with an account."""
