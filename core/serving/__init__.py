"""What released versions say to texts: suggestions, and the versions that a server holds loaded."""

from core.serving.suggest import Suggester, Suggestion, load_alias, load_version

__all__ = ["Suggester", "Suggestion", "load_alias", "load_version"]
