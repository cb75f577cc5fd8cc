"""Gradio is imported without writing into its own folder, and as it is otherwise."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CODE = """
import sys, types
from qa.stubs import no_stubs
before = list(sys.meta_path)
written = []
def look(event, given):
    if event == "open" and str(given[0]).endswith(".pyi"):
        written.append(given[0])
sys.addaudithook(look)
with no_stubs():
    import gradio
assert sys.meta_path == before
assert not written, written
assert callable(gradio.Button.click)
print("as it is")
"""


def test_no_stub_is_read_or_written_and_components_have_their_events() -> None:
    told = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True)
    assert told.stdout.strip() == "as it is", told.stderr
