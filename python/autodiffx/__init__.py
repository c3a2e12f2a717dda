"""Differentiates ordinary Python."""
