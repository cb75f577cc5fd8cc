"""The port that the page will be served at, taken before anything heavy is loaded."""

import socket

from corpus.errors import CopydeskError, MisuseError

_QUEUED = 256


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens at the address; port 0 takes any free one. Raises CopydeskError where that can't be.

    Whoever connects before the page is ready is answered once it is.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise MisuseError(f"--host {host}: there is no such address on this machine; try --host 127.0.0.1") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_QUEUED)
    except OSError as error:
        listener.close()
        reason = error.strerror or error
        raise CopydeskError(f"port {port} on {host}: {reason}; take another, for example --port {port + 1}") from None
    return listener
