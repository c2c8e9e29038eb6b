"""Why customers make contact: coming back, being made to call, what could be spared, when, and by phone."""
