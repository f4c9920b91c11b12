"""Ties that are known from data, laid over the drawn ones."""
