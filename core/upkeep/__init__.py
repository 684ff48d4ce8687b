"""Looking after a workspace: what is wrong with it, and what in it nothing needs any more."""
