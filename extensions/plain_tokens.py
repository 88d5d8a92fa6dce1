"""Writes code that has the colour of plain text as plain text: most names and brackets need no element of their own."""

from pygments.formatters import HtmlFormatter
from pygments.styles import get_style_by_name
from pygments.token import Generic, Text, _TokenType


def formatter(*styles) -> type[HtmlFormatter]:
    """Return Pygments' formatter without elements for what looks like text in each of these styles."""
    looks = [dict(style) for style in styles]

    class Formatter(HtmlFormatter):
        """Pygments' own, with fewer elements."""

        def _get_css_classes(self, ttype: _TokenType) -> str:
            known = ttype
            while known not in looks[0] and known.parent:  # a lexer's own kinds look like their parents
                known = known.parent
            # What is a prompt or an output is known by its class, whatever it looks like.
            plain = ttype not in Generic and all(look[known] == look[Text] for look in looks)
            return "" if plain else super()._get_css_classes(ttype)  # type: ignore[misc]

    return Formatter


def start(app) -> None:
    """Have Sphinx use it."""
    if app.builder.format == "html":
        # The theme makes what colours the dark later.
        dark = getattr(app.config, "pygments_dark_style", None)
        light = app.builder.highlighter.formatter_args["style"]
        app.builder.highlighter.formatter = formatter(light, get_style_by_name(dark) if dark else light)


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.connect("builder-inited", start)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
