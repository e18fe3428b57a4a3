"""Who signs in, and how they read."""
