"""Who acts.

For now there is one kind of person: the local operator, by login name, for as long as the
dashboard is reachable from this machine only. Roles and sign-in come with the release policy.
"""

import ipaddress

from core.errors import RefusedError
from core.settings import settings


def local_operator(address: str | None) -> str:
    """The operator's name, if the dashboard listens on ``address`` of this machine only.

    Raises:
        RefusedError: others can reach it, and nobody has signed in.
    """
    if not is_loopback(address):
        raise RefusedError(
            f"This dashboard listens on {address or 'every address'} and nobody has signed in,"
            " so it only shows and never writes",
            "Serve it on 127.0.0.1 (signoff dashboard) to decide.",
        )
    return settings().operator


def is_loopback(address: str | None) -> bool:
    """Whether only this machine can reach ``address``; None stands for every address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
