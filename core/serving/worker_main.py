"""A worker process. Run as a module with the number of its end of the pipe."""

import sys

from core.serving.worker import run

if __name__ == "__main__":
    run(int(sys.argv[1]))
