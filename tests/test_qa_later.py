"""The page is loaded without a library that it has no use for, which is there for whoever asks for it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CODE = """
import sys
from qa.serving import _load_page
before = list(sys.meta_path)
assert callable(_load_page())
assert sys.meta_path == before
assert "gradio.caching" in sys.modules
assert "pandas" in sys.modules
assert "pandas.core" not in sys.modules
import pandas
from gradio.caching import cache_hash
assert cache_hash(pandas.DataFrame({"a": [1]})) != cache_hash(pandas.DataFrame({"a": [2]}))
assert "pandas.core" in sys.modules
print("as it is")
"""


def test_pandas_is_loaded_when_it_is_used_and_not_before() -> None:
    told = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True)
    assert told.stdout.strip() == "as it is", told.stderr
