"""Imported by the process that all others of a crew are copies of: what each would load and make ready alike."""

import tokenizers  # noqa: F401
import yaml  # noqa: F401

import corpus.read  # noqa: F401
import index.changes
import index.cut
import index.word_pieces  # noqa: F401
from corpus.furniture_rules import make_ready

make_ready()
