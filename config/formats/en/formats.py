"""How English dates are written here: the day first, and the month as a word. A time of day says
in which time zone it is.

Django looks here before its own formats (FORMAT_MODULE_PATH); another language gets a folder of
its own only where Django's formats for it don't suit.
"""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i e"
YEAR_MONTH_FORMAT = "F Y"
SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i e"
