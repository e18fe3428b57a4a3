"""The services behind the pages, such as searching, opening an order, loading the people on it and testing a connection."""
