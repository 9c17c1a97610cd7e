"""Sharing a page: its links, its QR code, and the preview card that social networks show."""
