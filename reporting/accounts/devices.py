"""A browser's long description of itself, as a person would name the device."""

# The first mark that is found names it; Edge and Opera also call themselves Chrome, and Chrome Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """Name browser and system, such as "Firefox, Windows"; empty when neither is known."""
    found = (
        next((name for mark, name in marks if mark in user_agent), None) for marks in (BROWSERS, SYSTEMS)
    )
    return ", ".join(name for name in found if name)
