"""Posts that were taken back: what is left of them is a tombstone, everywhere."""
