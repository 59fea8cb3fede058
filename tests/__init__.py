"""Claims about Bina, with a real PostgreSQL, a real browser and real object stores."""
