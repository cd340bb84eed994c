"""Typed calls of every operation of the edge."""
