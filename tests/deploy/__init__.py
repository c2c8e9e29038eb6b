"""An installation as an administrator has it: real processes, real machines (network namespaces), real backups."""
