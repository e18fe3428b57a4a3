"""What runs inside the new Debian of from_empty_debian.py, by the installed program's own Python: nothing here needs what tests need."""
