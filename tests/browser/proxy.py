"""A reverse proxy that adds headers to every request, WebSockets included.

A browser that was told to send headers of its own may leave them out of WebSockets, by which the
pages are served (seen with Chromium 150).
"""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_HEAD_ENDS = b"\r\n\r\n"


@contextmanager
def proxy(address: str, headers: Mapping[str, str]) -> Iterator[str]:
    """Serve what is served at ``address``; the address of the proxy."""
    server = (str(urlsplit(address).hostname), int(urlsplit(address).port or 80))
    added = b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items())
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_accept, args=(listening, server, added), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def _accept(listening: socket.socket, server: tuple[str, int], added: bytes) -> None:
    with suppress(OSError):  # closed: the test is over
        while True:
            browser, _ = listening.accept()
            threading.Thread(target=_pass_on, args=(browser, server, added), daemon=True).start()


def _pass_on(browser: socket.socket, server: tuple[str, int], added: bytes) -> None:
    """One request, or one WebSocket: no connection is used for a second one."""
    with suppress(OSError), browser, socket.create_connection(server) as answering:
        read = b""
        while _HEAD_ENDS not in read:
            more = browser.recv(65_536)
            if not more:
                return
            read += more
        head = read.replace(b"Connection: keep-alive", b"Connection: close", 1)
        line, rest = head.split(b"\r\n", 1)
        answering.sendall(line + b"\r\n" + added + rest)
        threading.Thread(target=_pump, args=(browser, answering), daemon=True).start()
        _pump(answering, browser)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
