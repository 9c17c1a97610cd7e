"""Date formats for English: the day first, the month as a word, and a time with its time zone.

Django looks here before its own formats (FORMAT_MODULE_PATH). Another language gets its own folder
only where Django's formats for it don't suit.
"""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i e"
SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i e"
