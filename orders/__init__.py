"""One order, truthfully."""
