"""Every way into the app: passwords with a second step, the company's OpenID Connect provider, its directory, its proxy."""
