"""A process beside a server. Run as a module with the number of its end of the pipe."""

import sys

from core.serving.beside import run

if __name__ == "__main__":
    run(int(sys.argv[1]))
