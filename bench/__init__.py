"""The benchmarks: each one command, each with its peer. See README.md."""
