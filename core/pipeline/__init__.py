"""The pipeline of a project: the steps of its ``signoff.toml``, of which only runs what changed."""
