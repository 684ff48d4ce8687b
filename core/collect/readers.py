"""Several files read at once, by as many processes as there are cores, in the order given.

Each process reads every n-th file, so that what comes is the same as if one process read them all:
where two files hold one post, the later file counts.
"""

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from core.collect.chunks import Chunk
from core.collect.containers import window
from core.collect.paths import PostFile
from core.errors import SignoffError
from core.processes import cores, end_with_parent, safe_context, starting_processes

SMALL = 2**20
"""Fewer bytes are read in this process: starting others takes longer."""
AHEAD = 20
"""Chunks that a process keeps ready while others are written."""
WINDOWS = 2**31
"""Bytes that all processes together may keep for decompressing: a monthly dump takes them all."""

Read = Callable[[PostFile], Iterator[Chunk]]


def chunks_of(files: Sequence[PostFile], read: Read) -> Generator[tuple[PostFile, Chunk]]:
    """The chunks of all files, in the order of the files.

    Close the iterator (:func:`contextlib.closing`) to end the processes early.

    Raises:
        SignoffError: a process was killed, or memory ran out.
    """
    pipes = [file for file in files if file.is_pipe]
    named = [file for file in files if not file.is_pipe]
    if sum(file.size for file in named) < SMALL or cores() == 1:
        pipes, named = [*named, *pipes], []
    if named:
        yield from _in_processes(named, read)
    for file in pipes:
        yield from ((file, chunk) for chunk in read(file))


def _in_processes(files: Sequence[PostFile], read: Read) -> Iterator[tuple[PostFile, Chunk]]:
    count = _count(files)
    context = safe_context()
    connections: list[Connection] = []
    processes: list[BaseProcess] = []
    try:
        with starting_processes():
            for part in range(count):
                here, there = context.Pipe(duplex=False)
                process = context.Process(  # type: ignore[attr-defined]
                    target=_work, args=(there, files[part::count], read), daemon=True
                )
                process.start()
                there.close()
                connections.append(here)
                processes.append(process)
        for index, file in enumerate(files):
            yield from ((file, chunk) for chunk in _received(connections[index % count]))
    finally:
        for process, connection in zip(processes, connections, strict=True):
            process.terminate()
            process.join()
            process.close()
            connection.close()


def _count(files: Sequence[PostFile]) -> int:
    """As many processes as there are cores, or as windows fit into :data:`WINDOWS`."""
    largest = max(window(file.path) for file in files)
    return max(1, min(cores(), len(files), WINDOWS // max(1, largest)))


def _received(connection: Connection) -> Iterator[Chunk]:
    """The chunks of one file."""
    while True:
        try:
            chunk: Chunk = connection.recv()
        except EOFError as error:
            raise SignoffError(
                "A process that reads files was killed, or ran out of memory",
                "What was stored is kept. Run the command again to continue from there.",
            ) from error
        yield chunk
        if chunk.is_last:
            return


def _work(connection: Connection, files: Sequence[PostFile], read: Read) -> None:
    """What one process does: read its files; a thread hands on what is ready."""
    end_with_parent()
    ready: queue.Queue[Chunk | None] = queue.Queue(AHEAD)
    sender = threading.Thread(target=_send, args=(connection, ready))
    sender.start()
    try:
        for file in files:
            for chunk in read(file):
                ready.put(chunk)
    finally:
        ready.put(None)
        sender.join()


def _send(connection: Connection, ready: "queue.Queue[Chunk | None]") -> None:
    for chunk in iter(ready.get, None):
        connection.send(chunk)
