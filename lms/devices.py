"""A device in words, from what its browser says about itself: enough for somebody to know their own phone again."""

from __future__ import annotations

# The first that fits wins: Edge, Opera and Samsung's browser also call themselves Chrome, and Chrome calls itself Safari.
_BROWSERS = (
    ("SamsungBrowser/", "Samsung Internet"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("UCBrowser/", "UC Browser"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def browser(user_agent: str) -> str:
    """`Chrome`, or nothing when it is none that we know."""
    return next((name for mark, name in _BROWSERS if mark in user_agent), "")


def system(user_agent: str) -> str:
    """`Android`, or nothing when it is none that we know."""
    return next((name for mark, name in _SYSTEMS if mark in user_agent), "")


def is_handheld(user_agent: str) -> bool:
    return system(user_agent) in {"Android", "iPhone", "iPad"}


def named(user_agent: str) -> tuple[str, str]:
    """Browser and system."""
    return browser(user_agent), system(user_agent)
