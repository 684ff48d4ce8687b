"""How a released model does on the posts that came after its training."""
