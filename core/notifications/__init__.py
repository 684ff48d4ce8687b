"""Telling people elsewhere what happened.

Whatever is decided stands in the audit log, and every alarm of drift in a table of its own: they
are the queue. One process at a time makes messages of them (``outbox``) and sends what is due
(``sending``).
"""
