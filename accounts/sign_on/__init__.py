"""All kinds of sign-in (by password, LDAP directory, OpenID Connect provider or proxy), and the second step after a password."""
