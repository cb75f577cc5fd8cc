import pytest

from index.encode import Encoder, load_encoder


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The real default model, loaded once."""
    return load_encoder()
