"""Issue, verify, revoke, replace."""
