"""The command line: one file per group of commands; ``main`` holds the error boundary."""
