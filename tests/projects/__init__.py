"""Group projects."""
