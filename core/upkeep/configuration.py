"""Checks of what the team's project configures."""

from dataclasses import fields

from core.errors import InputError
from core.notifications.addresses import Destination
from core.notifications.configured import configured
from core.project import file as project_file
from core.settings import secret, settings
from core.upkeep.finding import Found, Look, fine, wrong
from core.words import count, listed


def project(_: Look) -> Found:
    """Whether the project's file can be read; raises an InputError where it cannot."""
    folder = settings().project
    if folder is None:
        return fine("There is no project here.")
    document = project_file.read(folder)
    if "step" not in document.tables:
        return fine(f"{folder / project_file.FILE} can be read; it has no pipeline.")
    from core.pipeline.definition import defined  # takes a second, which most workspaces spare

    steps = len(defined(document).steps)
    return fine(f"{folder / project_file.FILE} can be read, {count(steps, 'step')}.")


def notifications(_: Look) -> Found:
    """Whether what the addresses need is set; nothing is sent."""
    addresses = configured()
    missing = {name for address in addresses for name in _variables(address) if not _is_set(name)}
    if missing:
        return wrong(
            f"{listed(sorted(missing))}: not set, so some addresses get nothing.",
            "Set it in the environment, or in .env.",
        )
    if not addresses:
        return fine("No address is configured.")
    return fine(f"{count(len(addresses), 'address', 'addresses')}, nothing missing.")


def _variables(address: Destination) -> list[str]:
    """The variables that it names."""
    names = {"url", "key", "password"} & {field.name for field in fields(address)}
    return [value for name in sorted(names) if (value := getattr(address, name)) is not None]


def _is_set(variable: str) -> bool:
    try:
        secret(variable)
    except InputError:
        return False
    return True
