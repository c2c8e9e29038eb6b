"""Pages by audience; each knows actions and queries, none knows another."""
