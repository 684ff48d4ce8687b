"""Posts come in: from files (and, later, from Reddit itself)."""
