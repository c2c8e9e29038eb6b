"""Pages of a demonstration, and of nothing else: where to begin, who to be, what came by mail and SMS, the clock."""
