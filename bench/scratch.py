"""Where benchmarks keep what they make. Ignored by git; may be deleted at any time."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCRATCH = Path(__file__).with_name(".scratch")


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder on the disk of the repository, removed at the end."""
    SCRATCH.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SCRATCH) as name:
        yield Path(name)
