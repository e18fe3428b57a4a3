"""Sealing, masking and access records."""
