"""Pages of the planner: who works when, and who is booked where."""
