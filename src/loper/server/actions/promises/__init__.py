"""The ledger of promises: every promise to a customer, judged on what happened."""
