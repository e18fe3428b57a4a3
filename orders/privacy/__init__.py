"""The protection of credentials and personal data: sealing, masking, access records and more."""
