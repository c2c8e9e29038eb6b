"""What happened goes out to other systems: handed out in the order of each case, signed, tried again, never lost."""
