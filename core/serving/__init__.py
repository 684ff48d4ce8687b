"""What released versions say to texts: suggestions, and the versions that a server holds loaded.

Nothing is imported here: the processes that hold the models begin with this package.
"""
