"""Pure numbers: numpy and scipy, no files, no database, no pandas; randomness is passed in."""
