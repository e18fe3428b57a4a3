"""The cache of the CDP's answers, and database helpers for pages."""
