"""Channels: which, where customers change them, who leaves the digital ones, after which they drop off."""
