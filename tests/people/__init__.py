"""Claims about the directory, its imports and its roles."""
