"""Loper: the journeys of an organisation's customers. Importing the package brings none of its rooms along."""
