"""Writes down what a process and its children open, connect to and start, when it is found on PYTHONPATH.

The file is named by AUDIT_FILE. What native libraries open is not heard; articles are read by Python.
"""

import os
import sys

_HANDLE = os.open(os.environ["AUDIT_FILE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
_HEARD = {"open", "socket.connect", "socket.getaddrinfo", "socket.sendto", "os.system", "os.exec", "subprocess.Popen"}


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event in _HEARD:
        what = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        os.write(_HANDLE, f"{event}\t{os.fsdecode(what) if isinstance(what, bytes) else what!a}\n".encode())
        if event == "open" and isinstance(what, str | bytes):
            os.write(_HANDLE, f"reached\t{_reached(os.fsdecode(what))!a}\n".encode())


def _reached(path: str) -> str:
    """Where a path leads at this moment: a link put there later is not what was opened."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return path


sys.addaudithook(_hear)
