"""Customers' data in hand: who looked, what is given out, what goes and when; all of it as the register says."""
