"""The parts of a search text: links, e-mail addresses, phone numbers, references, names. No Django and no network in here."""
