"""Answers kept for a minute, and how pages read and wait for the database."""
