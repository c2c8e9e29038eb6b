"""Where cases get stuck: stopping for ever, how far they come, how it ends, where they go after they drop off."""
