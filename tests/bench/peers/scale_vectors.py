"""Writes one vector for each passage of a big set, by Copydesk's encoder, so that every peer is given the same.

    python tests/bench/peers/scale_vectors.py SET OUT [--count N]

OUT gets `vectors.npy` (float32, one row a passage, in the order of the set's lines) and `ids.txt` (one id a line, in
the same order). A run that was stopped goes on where it was: parts are kept until the whole is written.
"""

import argparse
import gzip
import itertools
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[3]
PART_TEXTS = 4000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("set", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--count", type=int, help="only so many passages (default: all)")
    chosen = options.parse_args()
    sys.path.insert(0, str(ROOT))
    from index.encode import load_encoder

    chosen.out.mkdir(parents=True, exist_ok=True)
    with gzip.open(chosen.set / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in itertools.islice(lines, chosen.count)]
    encoder = load_encoder()
    parts = []
    for begin in range(0, len(records), PART_TEXTS):
        texts = [record["text"] for record in records[begin : begin + PART_TEXTS]]
        part = chosen.out / f"part-{begin}-{len(texts)}.npy"
        if not part.exists():
            unfinished = part.with_suffix(".tmp.npy")
            np.save(unfinished, encoder.encode(texts))
            unfinished.replace(part)
        parts.append(part)
        print(f"{begin + len(texts)} of {len(records)} passages", flush=True)
    (chosen.out / "ids.txt").write_text("".join(f"{record['id']}\n" for record in records), encoding="utf-8")
    unfinished = chosen.out / "vectors.tmp.npy"
    np.save(unfinished, np.concatenate([np.load(part, allow_pickle=False) for part in parts]))
    unfinished.replace(chosen.out / "vectors.npy")
    for part in parts:
        part.unlink()


if __name__ == "__main__":
    main()
