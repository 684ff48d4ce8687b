"""The process that fastText trains in. Run as a module with one JSON argument."""

import signal
import sys
from pathlib import Path
from typing import Any

import orjson


def main(argument: str) -> int:
    """Train and save as the call says; 0, or 1 with a last line on stderr that says why not."""
    import fasttext

    call = orjson.loads(argument)
    # A parent that was killed cannot stop its child, and while fastText trains no Python runs
    # here that could look. But it writes its progress, and then the broken pipe ends it.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
