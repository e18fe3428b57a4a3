"""Who signs in, and how pages are shown to them."""
