"""The one door to each cryptographic library."""
