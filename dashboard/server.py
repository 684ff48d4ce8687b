"""Serves the dashboard or the demo page: Streamlit, with the settings that Signoff gives it.

``signoff dashboard`` and ``signoff demo-page`` run this module in a process of its own. It gives
Streamlit all settings on its command line, which wins over every file and variable: a file that is
missing, or that belongs to another project, changes nothing.
"""

import argparse
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import streamlit as st

from core.network import asked_as
from core.notifications.background import Sender
from core.settings import settings
from dashboard import guard
from dashboard.settings import SECURITY, THEME

FOLDER = Path(__file__).resolve().parent
DASHBOARD, PUBLIC_PAGE = "app", "public_page"
"""The two apps, by the names of their files."""
PUBLIC: Mapping[str, Mapping[str, object]] = {
    "client": {"toolbarMode": "minimal"},
    "server": {"fileWatcherType": "none", "maxMessageSize": 1},
}
"""Of the demo page, besides what both have."""


def flags(settings: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    """Settings as on Streamlit's command line; a list gives one flag for each of its values, but
    Streamlit takes a list of the theme as JSON, and of several flags only the last.
    """
    for name, value in settings.items():
        match value:
            case Mapping():
                yield from flags(value, f"{prefix}{name}.")
            case list() if prefix == "theme.":
                yield f"--{prefix}{name}={json.dumps(value)}"
            case list() | tuple():
                yield from (f"--{prefix}{name}={each}" for each in value)
            case bool():
                yield f"--{prefix}{name}={str(value).lower()}"
            case _:
                yield f"--{prefix}{name}={value}"


def words(
    app: str,
    *,
    address: str,
    port: int,
    hosts: Sequence[str] = (),
    secrets: Iterable[Path] = (),
    open_browser: bool = False,
) -> list[str]:
    """The words that have Streamlit serve one of the two apps.

    Args:
        hosts: names by which browsers ask for it, besides those of this machine. Without any, a
            server that other machines can reach may be asked for by every name.
        secrets: files that set up signing in.
    """
    own = {
        "server": {
            "address": address,
            "port": port,
            "allowedHosts": answered(address, hosts),
            "headless": not open_browser,
            "showEmailPrompt": False,
        },
        # Before its welcome Streamlit asks a server elsewhere for the address of this machine.
        "logger": {"hideWelcomeMessage": True},
        "secrets": {"files": [file.absolute() for file in secrets]},
    }
    given = [SECURITY, {"theme": THEME}, *([PUBLIC] if app == PUBLIC_PAGE else []), own]
    return ["run", str(FOLDER / f"{app}.py"), *(flag for part in given for flag in flags(part))]


def answered(address: str, hosts: Sequence[str]) -> tuple[str, ...]:
    """By which names the server may be asked for."""
    return asked_as(address, hosts) or (guard.ANY,)


def is_protected() -> bool:
    """Whether this server has the settings and the guard that protect its pages.

    It has not where the page was started with Streamlit's own command.
    """
    held = [
        st.get_option(f"server.{name}") is True for name in ("enableXsrfProtection", "enableCORS")
    ]
    return all(held) and bool(st.get_option("server.allowedHosts")) and guard.is_standing()


def main() -> None:
    """Become the server that the command line describes; core.cli.servers gives it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("app", choices=[DASHBOARD, PUBLIC_PAGE])
    parser.add_argument("--address", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--host", action="append", default=[])
    parser.add_argument("--secrets", action="append", default=[], type=Path)
    parser.add_argument("--open", action="store_true")
    chosen = parser.parse_args()
    asked = words(
        chosen.app,
        address=chosen.address,
        port=chosen.port,
        hosts=chosen.host,
        secrets=chosen.secrets,
        open_browser=chosen.open,
    )
    if chosen.app == PUBLIC_PAGE:
        # Else uvicorn believes any proxy of this machine, whatever it lets browsers say.
        os.environ["FORWARDED_ALLOW_IPS"] = ""
    else:
        Sender(settings().home).start()
    guard.stand(answered(chosen.address, chosen.host))
    os.chdir(FOLDER)  # where no other project's configuration and secrets are
    from streamlit.web.cli import main as streamlit  # reads the working directory

    streamlit(asked, prog_name="streamlit")


if __name__ == "__main__":
    main()
