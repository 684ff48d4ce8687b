"""The steps of a project's ``signoff.toml``, of which only those run that changed; and the graph of
what was made from what.
"""
