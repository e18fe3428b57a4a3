"""Search for the orders of a CDP tenant, and display them."""
