"""Whole journeys, as their users walk them."""
