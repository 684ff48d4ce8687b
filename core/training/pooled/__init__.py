"""Embeddings of words and pairs of words, pooled into a few vectors of a post, then classified."""
