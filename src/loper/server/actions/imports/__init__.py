"""Files of other systems: taken in, looked at without a change, put in force piece by piece, mended, undone."""
