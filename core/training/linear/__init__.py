"""Linear support vector machines: lines to a trained model, and that to predictions."""
