"""The same order page as a competent developer would write it elsewhere, for comparison.

All three do what the app does for a page: look up the session, call the CDP, read the order with Decimal money and flight times by
the airports' zones, write an access record, render the same facts. Wherever a choice was open they got the cheaper one: English
only, the credential from the environment, one Jinja2 template for all.
"""
