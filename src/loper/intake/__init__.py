"""Files of other systems with customers, homes, technicians: read, their columns understood, each row judged. Pure."""
