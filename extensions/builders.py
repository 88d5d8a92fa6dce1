"""Names the builders that the extensions tell apart, as Sphinx names them; no extension itself."""

SITE = ("html", "dirhtml")
BOOK = ("singlehtml", "epub")
