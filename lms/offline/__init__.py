"""Bina on the phone: installed, opened without a network, and careful with data."""
