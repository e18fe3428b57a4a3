"""The actions of an agent: to search, open orders, view their people, and test connections."""
