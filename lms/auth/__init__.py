"""Proving who you are: sign in, reset, second factor, step-up."""
