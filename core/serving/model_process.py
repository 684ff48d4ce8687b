"""The process that holds a model. Run as a module with the number of its end of the pipe."""

import sys

from core.serving.process import run

if __name__ == "__main__":
    run(int(sys.argv[1]))
