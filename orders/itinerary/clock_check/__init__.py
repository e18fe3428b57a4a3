"""Decide whether a feed's times are local (as documented) or UTC."""
