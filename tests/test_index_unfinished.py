"""What a stopped build had embedded is not embedded again, and nothing that a crash tore is used."""

import hashlib
import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from running import command, copydesk, environment, json_of

from index.store import UNFINISHED, forget_unfinished
from index.unfinished import Unfinished

DIM = 4


def digest(n):
    return hashlib.sha256(str(n).encode()).digest()


def vectors(numbers):
    return np.asarray([[n, n + 1, n + 2, n + 3] for n in numbers], np.float32)


class Encoder:
    """Counts what it is asked for, and stops after so many calls."""

    def __init__(self, calls=99):
        self.calls = calls
        self.asked = []

    def __call__(self, some, told):
        if self.calls == 0:
            raise KeyboardInterrupt
        self.calls -= 1
        self.asked += some
        told(len(some), len(some))
        return vectors(some)


def run(place, many, encoder, model="model"):
    steps = []
    with Unfinished(place, model, DIM) as kept:
        found, encoded = kept.encoded([digest(n) for n in range(many)], encoder, 3, lambda *step: steps.append(step))
    np.testing.assert_array_equal(found, vectors(range(many)))
    assert encoded == len(encoder.asked)
    assert steps == sorted(steps)
    assert not steps or steps[-1] == (encoded, encoded)
    return encoder.asked


def stopped(place, calls):
    with pytest.raises(KeyboardInterrupt):
        run(place, 10, Encoder(calls))


def test_a_stopped_build_goes_on_where_it_ended(tmp_path):
    stopped(tmp_path, 2)
    stopped(tmp_path, 1)
    assert run(tmp_path, 10, Encoder()) == [9]
    assert run(tmp_path, 10, Encoder()) == []
    forget_unfinished(tmp_path)
    assert run(tmp_path, 10, Encoder()) == list(range(10))


def test_few_vectors_are_not_worth_a_flush_and_many_are_flushed_as_they_come(tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr("os.fsync", flushed.append)
    run(tmp_path, 3, Encoder())
    assert len(flushed) == 0
    run(tmp_path, 10, Encoder())
    assert len(flushed) == 3


@pytest.mark.parametrize("cut", range(1, 57, 5))
def test_a_torn_record_is_embedded_again_and_those_before_it_are_not(tmp_path, cut):
    stopped(tmp_path, 1)
    path = tmp_path / UNFINISHED
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert run(tmp_path, 3, Encoder()) == ([2] if cut < 52 else [1, 2])
    assert path.read_bytes() == whole


@pytest.mark.parametrize("at", [32 + 2, 32 + 4, 51])
def test_a_flipped_bit_is_noticed(tmp_path, at):
    stopped(tmp_path, 1)
    path = tmp_path / UNFINISHED
    found = bytearray(path.read_bytes())
    found[64 + 52 + at] ^= 4
    path.write_bytes(found)
    assert run(tmp_path, 3, Encoder()) == [1, 2]


def test_another_models_vectors_are_not_used(tmp_path):
    stopped(tmp_path, 2)
    assert run(tmp_path, 4, Encoder(), model="another") == [0, 1, 2, 3]


def test_a_killed_build_loses_what_it_was_at_and_no_more(tmp_path):
    home, folder = tmp_path / "home", tmp_path / "articles"
    home.mkdir()
    folder.mkdir()
    for n in range(500):
        words = [hashlib.sha256(f"{n} {i}".encode()).hexdigest()[:8] for i in range(60)]
        (folder / f"{n}.txt").write_text(". ".join(words), encoding="utf-8")
    process = subprocess.Popen(
        command("index", folder), env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    kept = folder / ".copydesk" / UNFINISHED
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (kept.exists() and kept.stat().st_size > 200 * 1572):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    by_words = copydesk(home, "search", "03", "--corpus", folder)
    assert by_words.returncode == 0
    assert "goes by words alone; run: copydesk index" in by_words.stderr
    done = (kept.stat().st_size - 64) // 1572
    assert done >= 200
    report = json_of(copydesk(home, "index", folder, "--json"))
    assert report["embedded"] == report["passages"] - done
    assert not Path(kept).exists()
