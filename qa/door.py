"""How the page is opened: on what address, under what names, to whom. Settled before anything heavy is loaded."""

from dataclasses import dataclass
from pathlib import Path
from socket import gethostname

import platformdirs

from corpus.errors import MisuseError
from qa.options import Options
from qa.settings import Settings
from qa.users import Verify, read_users, shared_verifier, verifier

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
USERS_FILE = "users"


@dataclass(frozen=True, slots=True)
class Door:
    """An address to listen on, the names it is called by, and what tells users from strangers, None for no one."""

    host: str
    allowed: tuple[str, ...] = ()
    verify: Verify | None = None

    @property
    def is_local(self) -> bool:
        """Whether this machine alone can come in."""
        return self.host in _LOOPBACK or self.host == "::1"

    @property
    def is_wide(self) -> bool:
        """Whether it is open at every address of this machine."""
        return self.host in ("0.0.0.0", "::")

    @property
    def names(self) -> frozenset[str] | None:
        """The names that a request may call the server by; None for any.

        Any, where a password is asked for and no name was given: a page elsewhere that has its own name mean this
        server is not sent the password by a browser.
        """
        given = frozenset(each.lower() for each in self.allowed)
        if self.is_local:
            return _LOOPBACK | given
        if self.verify is not None and not given:
            return None
        own = {each.lower() for each in (gethostname(), f"{gethostname()}.local", self.host)}
        return _LOOPBACK | given | own

    @property
    def warning(self) -> str:
        """What to know before opening it so; "" where there is nothing."""
        if self.is_local:
            return ""
        if self.verify is None:
            return f"warning: anyone who can reach {self.host} can read these articles and what is asked of them"
        return (
            "warning: passwords, questions and articles cross the network unencrypted; "
            "put a proxy with TLS before this, and let it listen on 127.0.0.1"
        )


def default_users_file() -> Path:
    """The file of users that is read where none is named."""
    return platformdirs.user_config_path("copydesk", appauthor=False) / USERS_FILE


def find_door(options: Options, settings: Settings) -> Door:
    """The door that is meant. Raises CopydeskError for one that can't be made, or that stands open by mistake."""
    host = options.host or settings.host
    door = Door(host, (*settings.hosts, *options.allow_host), _verify(options, settings))
    if not door.is_local and door.verify is None and not options.insecure:
        raise MisuseError(
            f"--host {host} opens the articles to everyone who can reach this machine; make a password with "
            "`copydesk password NAME` and add --auth, or say --insecure"
        )
    return door


def _verify(options: Options, settings: Settings) -> Verify | None:
    file = options.auth_file or settings.auth_file
    if file is not None:
        return verifier(read_users(file))
    if settings.password is not None:
        return shared_verifier(settings.password)
    if not (options.auth or settings.auth):
        return None
    if not default_users_file().is_file():
        raise MisuseError(
            f"--auth needs to know who may come in; run: mkdir -p {default_users_file().parent} && "
            f"copydesk password NAME >> {default_users_file()}; or set COPYDESK_PASSWORD"
        )
    return verifier(read_users(default_users_file()))
