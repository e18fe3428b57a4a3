"""The services behind the pages, such as searching, opening orders, loading their people and testing connections."""
