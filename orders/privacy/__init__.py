"""What is sealed, masked and put on record."""
