"""How Sphinx builds the site: the repository root is the source folder, only index.md and content/ are read."""

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT))  # so that our own extensions are found, wherever Sphinx is started

from extensions.counts import Column, Constant, Product, Rows  # noqa: E402

# The public home. GitHub sets GITHUB_REPOSITORY, so a fork's site and its "edit this page" links are the fork's.
REPOSITORY = os.environ.get("GITHUB_REPOSITORY", "notebook-to-cluster/notebook-to-cluster")
OWNER, _, NAME = REPOSITORY.partition("/")
SITE_URL = os.environ.get("SITE_URL", f"https://{OWNER.lower()}.github.io/{NAME}/")

project = "Notebook to cluster"
author = "the contributors of Notebook to cluster"
project_copyright = f"{author}, text CC BY 4.0, code MIT"
language = "en"
version = "1"  # an ePub must have one

# What is read. Sphinx looks through every folder that isn't excluded, and .venv alone has 20,000 files.
include_patterns = ["index.md", "content/**.md"]
exclude_patterns = [".*", "_build", "book", "cluster", "code", "extensions", "sites", "static", "templates", "tests"]
# Of static/, the site gets all but what an extension writes itself, elsewhere.
exclude_patterns += ["walk", "**/epub.css", "**/worker.js"]

extensions = [
    "myst_parser",
    "sphinx_exercise",
    "sphinx_togglebutton",
    "notfound.extension",
    "extensions.blocked",
    "extensions.bundle",
    "extensions.book",
    "extensions.calculator",
    "extensions.checks",
    "extensions.content_security",
    "extensions.counts",
    "extensions.description",
    "extensions.exercises",
    "extensions.heights",
    "extensions.leftovers",
    "extensions.lines",
    "extensions.listing",
    "extensions.markdown",
    "extensions.offline",
    "extensions.one_file",
    "extensions.one_page",
    "extensions.pictures",
    "extensions.plain_tokens",
    "extensions.schedule",
    "extensions.search",
    "extensions.sitemap",
    "extensions.sites",
    "extensions.slurm",
    "extensions.solutions",
    "extensions.templates",
    "extensions.typed",
    "extensions.wide",
    "extensions.your_cluster",
    "walk.directives",
]

# What is checked: every reference must lead somewhere. `make` adds -W: a warning is an error.
nitpicky = True
linkcheck_timeout = 20
linkcheck_retries = 2

# Markdown.
myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
numfig = True

# Listings show files of this folder. A step of a script is compared with the step before it.
listing_root = "code"
listing_steps = {
    "python/scikit_example/preprocess.py": "python/scikit_example/knn_iris.py",
    "python/scikit_example/train_and_plot.py": "python/scikit_example/knn_iris.py",
    "python/scikit_example/parameters/train_and_plot.py": "python/scikit_example/train_and_plot.py",
    "python/scikit_example/array/train_and_plot.py": "python/scikit_example/parameters/train_and_plot.py",
    "python/scikit_example/checkpoint/cross_validate.py": "python/scikit_example/cross_validate.py",
    "solutions/python/long_code_for_index.py": "python/long_code.py",
    "slurm/scikit_example/submit_parallel.sh": "slurm/scikit_example/submit_job.sh",
    "slurm/scikit_example/submit_one.sh": "slurm/scikit_example/submit_job.sh",
    "slurm/scikit_example/submit_preprocess.sh": "slurm/scikit_example/submit_job.sh",
    "slurm/scikit_example/submit_collect.sh": "slurm/scikit_example/submit_job.sh",
    "slurm/pitfalls/one_file_each.sh": "slurm/pitfalls/one_table.sh",
    "slurm/scikit_example/submit_checkpoint.sh": "slurm/scikit_example/submit_cross_validate.sh",
    "slurm/scikit_example/submit_checkpoint_array.sh": "slurm/scikit_example/submit_checkpoint.sh",
    "solutions/slurm/submit_cities.sh": "slurm/scikit_example/submit_parallel.sh",
    "slurm/speed/offset.sh": "slurm/speed/chunks.sh",
    "slurm/threads/submit_search.sh": "slurm/threads/submit_four.sh",
    "slurm/seeds/submit_own_seed.sh": "slurm/seeds/submit_same_seed.sh",
    "python/seeds/own_seed.py": "python/seeds/same_seed.py",
}

# What checks the exercises, and knows how long each takes.
checks_program = "code/check.py"

# The reader's own cluster: what its values may be and where they go, and what a site fills in before its readers do.
your_cluster_script = "code/python/your_cluster.py"
your_cluster_site = f"sites/{os.environ.get('SITE_PRESET', 'practice')}.toml"

# What the pages count, and where it is read.
counts = {
    "neighbour counts": Constant("code/python/scikit_example/train_and_plot.py", "N_NEIGHBORS"),
    "metrics": Constant("code/python/scikit_example/train_and_plot.py", "METRICS"),
    "runs": Product(("neighbour counts", "metrics")),
    "tasks": Constant("code/python/scikit_example/array/create_parameter_array.py", "N_NEIGHBORS"),
    "held-out flowers": Constant("code/python/scikit_example/preprocess.py", "N_TEST_SAMPLES"),
    "countries": Column("code/cities.csv", "Country"),
    "cities": Rows("code/cities.csv"),
}

# The walk types the pages as a learner does, who has downloaded this.
walk_bundle = "_build/bundle/notebook-to-cluster.zip"
walk_cluster = "cluster/practice-cluster"
walk_code = listing_root
walk_tests = "tests/code"
walk_for_show = 4
walk_slurm = ["24.11", "22.05", "26.05"]  # the first at each change, the others once a week
# What may differ in an output, besides what may on every site: name, reason, pattern. A table has its own rules.
walk_rules = [
    ("time to start", "a machine is faster or slower", r"(?<=^up after )\d+\.\d(?= s)"),
    ("image from the cache", "the first image of a machine is built", r"(?<=sif: )(built|from the cache), \d+\.\d s$"),
    ("version of Slurm", "each release of Debian has another", r"(?<=^Slurm:       )[\d.]+, from Debian \w+$"),
    ("memory limits", "the kernel has cgroup v1, v2 or none", r"(?<=^limits:      ).+"),
    ("version of Apptainer", "its maintainers update it", r"(?<=^Apptainer:   )\d+\.\d+\.\d+"),
    ("base image", "not every machine reaches a registry", r"(?<=3-slim, )(a stand-in made .*|from its registry)$"),
    ("folder of the cluster", "its name and its cache can be chosen", r"(?<=^logs:        ).+(?=/var/log/slurm)"),
    ("time of a warning", "Slurm looks each half minute whether one is due", r"(?<=^USR1 came after )\d+(?= seconds$)"),
    ("repetition", "a run is interrupted sooner or later", r"(?<=begins after )[1-9]\d*(?= of 40 repetitions$)"),
    ("process", "the kernel counts", r"(?<=^process 1:   )\d+"),
    (
        "missing interpreter",
        "each version of bash has other words for it",
        r"(?<=: )(cannot execute: required file not found|/\S+: bad interpreter: No such file or directory)$",
    ),
    ("cores", "a machine has more or fewer", r"(?<=^os\.cpu_count\(\) {10})\d+$"),
]

# The look.
html_theme = "furo"
templates_path = ["templates"]
html_title = project
html_static_path = ["static"]
html_css_files = ["custom.css", "print.css"]
html_js_files = ["copy.js", "offline.js", "search_field.js", "unfold.js"]
html_logo = html_favicon = "static/logo.svg"
html_theme_options = {
    "source_repository": f"https://github.com/{REPOSITORY}",
    "source_branch": "main",
    "source_directory": "",
    "top_of_page_buttons": ["edit"],
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_copy_source = False
html_extra_path = [os.environ["BOOK"]] if "BOOK" in os.environ else []  # what `make book` has made
html_use_index = False
html_domain_indices = False

# A number inside the line needs no table around the listing, which would scroll apart from it on a phone.
html_codeblock_linenos_style = "inline"

# Where the site is, for the sitemap and the descriptions.
html_baseurl = SITE_URL

# The ePub. The page of all solutions is no page of the site.
epub_basename = "notebook-to-cluster"
epub_identifier = SITE_URL
epub_scheme = "URL"
epub_uid = "site"
epub_show_urls = "no"
epub_tocdepth = 2
epub_tocscope = "includehidden"
epub_post_files = [("solutions.xhtml", "Solutions")]

# 404.html is shown at any depth, so its links begin with the site's own path.
notfound_urls_prefix = "/" + SITE_URL.split("/", 3)[3]
notfound_context = {
    "title": "Page not found",
    "body": f"""<h1>Page not found</h1>
<p>There is no page at this address. Begin at the <a href="{notfound_urls_prefix}index.html">first page</a>, choose one
in the menu, or search for a word.</p>""",
}


def setup(app):
    """Have all pages read anew when an extension of ours was edited."""
    own = [*(ROOT / "extensions").rglob("*.py"), *(ROOT / "walk" / name for name in ("directives.py", "model.py"))]
    own += [ROOT / your_cluster_script, ROOT / your_cluster_site, ROOT / "static/your_cluster.js"]
    texts = b"".join(path.read_bytes() for path in sorted(own) if path.exists())
    app.add_config_value("own_extensions", hashlib.sha256(texts).hexdigest(), "env", types=[str])
