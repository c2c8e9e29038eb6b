"""A log as numbers: laid out, numbered by steps, kept on disk; the compiled loops over it."""
