"""The proof that page and reality agree: reads the pages that Sphinx built, and types them as a reader does.

Nothing in here knows this lesson: what it needs to know, `conf.py` of the site says (see extensions/transcript.py).
"""
