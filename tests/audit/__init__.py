"""Claims about the audit trail."""
