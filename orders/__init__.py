"""Search and display of the orders of a CDP tenant."""
