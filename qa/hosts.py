"""The names that a server is called by, and whether a request calls it by one of them."""

from dataclasses import dataclass
from ipaddress import ip_address


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a server answers to; `exact` None is any, `numbers` adds every IP address.

    Without the check, a page elsewhere whose own name is made to mean this server could read the articles (DNS
    rebinding). An address of numbers can't be made to mean something else.
    """

    exact: frozenset[str] | None = None
    numbers: bool = False

    def hold(self, host: str) -> bool:
        """Whether this Host header calls the server by one of its names."""
        if self.exact is None:
            return True
        name = _host_name(host)
        return name in self.exact or (self.numbers and _is_number(name))


def _host_name(host: str) -> str:
    """The name in a Host header, without its port: `[::1]:80` gives `[::1]`."""
    return host.rpartition(":")[0].lower() if host.rpartition(":")[2].isdigit() else host.lower()


def _is_number(name: str) -> bool:
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
