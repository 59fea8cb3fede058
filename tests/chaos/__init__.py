"""Attempts under every kind of bad luck: nothing that was acknowledged may be lost, nothing discarded in silence."""
