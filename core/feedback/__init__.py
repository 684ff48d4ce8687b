"""What users send, and what they say of the suggestions."""
