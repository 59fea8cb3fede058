"""Everyone with an account: agencies, units, persons, their numbers and roles."""
