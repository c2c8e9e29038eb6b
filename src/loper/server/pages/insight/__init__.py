"""For analysts and directors: what the logs say about the way customers go."""
