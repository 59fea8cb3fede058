"""Taking a module away: what its pages need, and what that costs in bytes."""
