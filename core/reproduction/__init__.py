"""Running an execution again, with its own code, to see whether the same comes of it."""
