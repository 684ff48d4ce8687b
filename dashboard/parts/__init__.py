"""Sections of pages: each shows one thing of a chosen pair, and asks for what it needs."""
