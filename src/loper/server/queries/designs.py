"""Journeys by version, parsed once in a process: a published version never changes."""
