"""The addresses that the project of this process names, and how they are shown."""

from urllib.parse import urlsplit

from core.errors import InputError
from core.notifications.addresses import Destination, Mail, Slack, Webhook, addresses_of
from core.notifications.web import url_of
from core.project import file as project_file
from core.settings import settings


def configured() -> tuple[Destination, ...]:
    """Read anew each time: a server need not be restarted; none outside of a project.

    Raises:
        InputError: the file cannot be read, or an address in it cannot be that.
    """
    project = settings().project
    return addresses_of(project_file.read(project)) if project else ()


def destination(address: Destination) -> str:
    """Where its messages go, without what is secret: the path of a webhook often is."""
    match address:
        case Mail():
            return f"{address.to} by way of {address.host}"
        case Webhook() | Slack():
            try:
                parts = urlsplit(url_of(address.url))
            except InputError as error:
                return error.reason
            return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/…"
