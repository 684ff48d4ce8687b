"""What a browser sends when it asks for a page: pages that are run without one have no headers."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from streamlit.runtime.context import ContextProxy


class Headers(dict[str, str]):
    """Headers as ``st.context.headers`` has them."""

    def get_all(self, name: str) -> list[str]:
        return [self[name]] if name in self else []


@contextmanager
def asked_from_this_machine() -> Iterator[Headers]:
    """Pages that run inside were asked for by a browser of this machine; more can be added."""
    sent = Headers({"Host": "localhost:8501", "Origin": "http://localhost:8501"})
    with patch.object(ContextProxy, "headers", sent):
        yield sent
