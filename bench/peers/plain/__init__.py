"""The order page as a plain Django view: a new `requests.get` for every call, contacts one after another."""
