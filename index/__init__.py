"""From passages to hits: vectors, words, and the generations on disk that hold them."""
