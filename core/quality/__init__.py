"""What the posts in the store are like: counted once, stored as a few thousand rows."""
