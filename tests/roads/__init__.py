"""Roads as they are, against servers that speak the documented APIs strictly."""
