"""A team's project: the folder, in a git repository of its own, that holds ``signoff.toml``."""
