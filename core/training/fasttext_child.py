"""The process that fastText trains in. Run as a module with one JSON argument."""

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import orjson

_LOOK_EVERY_SECONDS = 1.0


def main(argument: str) -> int:
    """Train and save as the call says; 0, or 1 with a last line on stderr that says why not."""
    import fasttext

    call = orjson.loads(argument)
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    try:
        model = fasttext.train_supervised(call["input"], **call["options"], verbose=2)
    except (ValueError, RuntimeError, MemoryError) as error:
        sys.stderr.write(f"\n{error or type(error).__name__}\n")
        return 1
    path = Path(call["output"])
    model.save_model(str(path))
    if path.stat().st_size != expected_size(model):
        # fastText does not look whether its writes succeed.
        path.unlink()
        sys.stderr.write("\ndisk full\n")
        return 1
    return 0


def expected_size(model: Any) -> int:
    """Bytes of the saved model: header, dictionary and the two matrices.

    From fastText's file format, version 12 (``FastText::saveModel``, ``Dictionary::save``,
    ``DenseMatrix::save``): a truncated file has fewer.
    """
    words = model.get_words(on_unicode_error="ignore")
    labels = model.get_labels(on_unicode_error="ignore")
    entries: int = sum(len(entry.encode()) + 1 + 8 + 1 for entry in [*words, *labels])
    matrices = (model.get_input_matrix(), model.get_output_matrix())
    dense: int = sum(1 + 16 + 4 * matrix.size for matrix in matrices)
    magic_and_version, arguments, dictionary = 8, 12 * 4 + 8, 3 * 4 + 2 * 8
    return magic_and_version + arguments + dictionary + entries + dense


def _end_with_parent(parent: int) -> None:
    """A parent that was killed cannot stop its child, so the child looks."""
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
