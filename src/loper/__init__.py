"""Loper: the journeys of an organisation's customers. Its rooms are packages; importing this one brings nothing along."""
