"""How what is served came to be, and how it is made again."""
