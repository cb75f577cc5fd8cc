"""From files to passages: reading, metadata, furniture, sentences, passages."""
