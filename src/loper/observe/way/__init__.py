"""The way that cases go: map, variants, representatives, stages, waiting, what is done again."""
