"""How search texts are read: links, e-mail addresses, phone numbers, references and names. Uses neither Django nor the network."""
