"""Measures the product beside its limits."""
