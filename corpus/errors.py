"""The errors that speak to the user.

    CopydeskError            something the user can mend; exit code 1
    ├── MisuseError          the call itself is wrong (option, setting, question); exit code 2
    ├── CorpusError          the folder of articles
    ├── IndexFault           the index on disk
    └── ModelError           the encoder's weights

Each message is one sentence that names the thing, the reason and the next step. Only the edges (cli.py,
page.py) catch these; any other exception is a bug and keeps its traceback.
"""


class CopydeskError(Exception):
    """Something that the user can mend, told in one sentence."""

    exit_code = 1


class MisuseError(CopydeskError):
    """The call itself is wrong: an option, a setting, a question."""

    exit_code = 2


class CorpusError(CopydeskError):
    """The folder of articles can't be used as it is."""


class IndexFault(CopydeskError):  # noqa: N818 (IndexError is Python's own)
    """The index on disk can't be used as it is."""


class ModelError(CopydeskError):
    """The encoder's weights are missing or not what they should be."""
