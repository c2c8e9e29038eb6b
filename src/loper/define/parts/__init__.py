"""The parts of a journey file, each made from what its key table read."""
