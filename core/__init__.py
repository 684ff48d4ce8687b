"""Signoff's core: everything but the pages. The folders read as the road that a post travels."""
