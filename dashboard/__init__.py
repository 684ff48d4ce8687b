"""The pages: what core knows, shown to people."""
