"""How long a sign-in lasts, and what happens when it is over."""
