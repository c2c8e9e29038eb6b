"""Pages of co-makers: their visits and their times; and what is open with them, for the planner."""
