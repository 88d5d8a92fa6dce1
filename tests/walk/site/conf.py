"""A site of two pages that has nothing to do with ours, and no cluster."""

project = "A loaf of bread"
extensions = ["myst_parser", "sphinx_exercise", "sphinx_togglebutton", "walk.directives"]
myst_enable_extensions = ["colon_fence"]
exclude_patterns = ["_build"]
walk_code = "code"
walk_for_show = 1
