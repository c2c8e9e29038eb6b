"""SMS: out over a small HTTP gateway contract, delivery reports in."""
