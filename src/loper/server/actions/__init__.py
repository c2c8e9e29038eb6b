"""Every change: keyword-only functions, one transaction, a permission check first, a line in the log."""
