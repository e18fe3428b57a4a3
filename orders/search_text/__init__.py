"""The parts of a search text: links, e-mail addresses, phone numbers, references, names. Uses neither Django nor the network."""
