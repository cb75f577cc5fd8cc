"""Who may open the page: names with hashed passwords, a line each, as `copydesk password` writes them.

A line is `name:$scrypt$ln=15,r=8,p=3$SALT$HASH`: scrypt (RFC 7914) of Python's own hashlib, which is OpenSSL's, in the
PHC string format. The cost is what OWASP's password storage cheat sheet asks for with 32 MiB; a stronger one of later
years is read from the line, and a weaker one refused.
"""

import base64
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import CopydeskError, MisuseError

_LOG_COST, _BLOCK, _PARALLEL = 15, 8, 3
_SALT_BYTES, _HASH_BYTES = 16, 32
_MOST_MEMORY_BYTES = 300_000_000
_LEAST_CHARACTERS = 8
_LINE = re.compile(
    r"(?P<name>[^:\s]{1,64}):\$scrypt\$ln=(?P<cost>1[4-7]),r=(?P<block>8),p=(?P<parallel>[1-9])"
    r"\$(?P<salt>[A-Za-z0-9+/]{22,86})\$(?P<digest>[A-Za-z0-9+/]{43})"
)

Verify = Callable[[str, str], bool]
"""Whether this is the user's password. Takes as long for a user who does not exist."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """A password's scrypt hash with what it was made with."""

    log_cost: int
    block: int
    parallel: int
    salt: bytes
    digest: bytes

    def holds(self, password: str) -> bool:
        """Whether it is the hash of this password."""
        made = _scrypt(password, self.salt, self.log_cost, self.block, self.parallel)
        return secrets.compare_digest(made, self.digest)


def hashed(password: str) -> Hashed:
    """The hash of a password, with a salt of its own."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return Hashed(_LOG_COST, _BLOCK, _PARALLEL, salt, _scrypt(password, salt, _LOG_COST, _BLOCK, _PARALLEL))


def check_name(name: str) -> None:
    """Raises MisuseError for a name that no user can have."""
    if re.fullmatch(r"[^:\s]{1,64}", name) is None or not name.isprintable():
        raise MisuseError(f"the user name {name!r} can't be used; take 1 to 64 characters, no blank and no colon")


def user_line(name: str, password: str) -> str:
    """The line that lets this user in. Raises MisuseError for a name or password that can't be used."""
    check_name(name)
    if len(password) < _LEAST_CHARACTERS:
        raise MisuseError(f"that password is too short; take {_LEAST_CHARACTERS} characters or more")
    made = hashed(password)
    salt, digest = (base64.b64encode(each).decode().rstrip("=") for each in (made.salt, made.digest))
    return f"{name}:$scrypt$ln={made.log_cost},r={made.block},p={made.parallel}${salt}${digest}"


def read_users(path: Path) -> dict[str, Hashed]:
    """The users of a file. Raises CopydeskError where it can't be read or others can, MisuseError for a line in it."""
    try:
        with path.open(encoding="utf-8") as file:
            others = stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077 if os.name == "posix" else 0
            lines = file.read().splitlines()
    except UnicodeDecodeError:
        raise MisuseError(f"{path}: not UTF-8 text; write it anew with: copydesk password NAME >> {path}") from None
    except OSError as error:
        reason = error.strerror or error
        raise CopydeskError(f"{path}: {reason}; make it with: copydesk password NAME >> {path}") from None
    if others:
        raise CopydeskError(f"{path}: holds passwords and is open to other users; run: chmod 600 {path}")
    users = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise MisuseError(f"{path}, line {number}: not what `copydesk password NAME` prints; write it anew")
        if found["name"] in users:
            raise MisuseError(f"{path}, line {number}: {found['name']!r} stands here a second time; keep one line")
        users[found["name"]] = _read(found)
    if not users:
        raise MisuseError(f"{path}: names no user; add one with: copydesk password NAME >> {path}")
    return users


def verifier(users: dict[str, Hashed]) -> Verify:
    """Verifies each user's own password."""
    nobody = hashed(secrets.token_hex())

    def verify(name: str, password: str) -> bool:
        return users.get(name, nobody).holds(password) and name in users

    return verify


def shared_verifier(shared: str) -> Verify:
    """Verifies one password that everybody knows, whatever name they give."""
    known = hashlib.sha256(shared.encode("utf-8", "surrogatepass")).digest()

    def verify(_name: str, password: str) -> bool:
        return secrets.compare_digest(hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest(), known)

    return verify


def _read(found: re.Match[str]) -> Hashed:
    salt, digest = (base64.b64decode(found[name] + "=" * (-len(found[name]) % 4)) for name in ("salt", "digest"))
    return Hashed(int(found["cost"]), int(found["block"]), int(found["parallel"]), salt, digest)


def _scrypt(password: str, salt: bytes, log_cost: int, block: int, parallel: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=1 << log_cost,
        r=block,
        p=parallel,
        maxmem=_MOST_MEMORY_BYTES,
        dklen=_HASH_BYTES,
    )
