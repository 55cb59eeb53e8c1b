"""The open part of the API, mounted under /api/v1/ by config/api.py."""
