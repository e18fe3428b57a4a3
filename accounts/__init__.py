"""Accounts: users, their roles, sign-in, sessions and preferences."""
