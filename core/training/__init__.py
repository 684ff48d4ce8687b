"""Training: a snapshot becomes a model. One file per family, all behind one protocol."""
