"""Issue, verify, revoke."""
