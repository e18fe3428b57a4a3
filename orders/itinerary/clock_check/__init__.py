"""Decide whether a feed's times are local (documented) or UTC."""
