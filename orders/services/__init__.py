"""The actions of an agent: searching, opening orders, viewing their people, and testing connections."""
