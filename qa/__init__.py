"""From a question to a checked answer, in a browser, in the shell and as JSON."""
