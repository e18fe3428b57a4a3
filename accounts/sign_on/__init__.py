"""All kinds of sign-in: passwords with a second step, an OpenID Connect provider, an LDAP directory, a proxy."""
