"""Other implementations of the order page, as a competent developer would write them, for comparison.

All three peers do what the app does for a page: look up the session, call the CDP, read the order with Decimal money and flight times
in the airports' zones, write an access record, and render the same facts. Wherever there was a choice, they got the cheaper option:
English only, the credential from the environment, and one Jinja2 template for all.
"""
