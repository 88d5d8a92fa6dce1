"""The proof that page and reality agree: types the pages of a site that Sphinx has built, as a learner does.

`walk.directives` is a Sphinx extension, `walk.plugin` a plugin of pytest. Nothing in here knows this lesson: what it
needs to know, `conf.py` of the site says (see the end of directives.py).
"""
