"""Every read that a page needs: plain values out, no change in."""
