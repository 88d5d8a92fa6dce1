# Every command there is. `make` alone lists them.

PYTHON_IN := .venv/bin/python
SPHINX := $(PYTHON_IN) -m sphinx -W --keep-going -n -q
# What the shell checks: every shell script that isn't made by `make`.
SHELL_SCRIPTS = find . \( -path ./.venv -o -path ./_build -o -path ./.git \) -prune -o -name '*.sh' -print0

# The walk is a plugin of pytest: what it is given are pages.
WALK = $(PYTHON_IN) -m pytest -p walk.plugin --walk
PAGES = $(if $(PAGE),$(firstword $(wildcard $(PAGE) $(PAGE).md content/$(PAGE).md) $(PAGE)),index.md content)

# Which version of the lesson a book is; nothing where there is no git.
EDITION = $(shell git log -1 --format='%cs, commit %h' 2>/dev/null && { git diff --quiet HEAD || echo '(with changes)'; })
COMMIT_TIME = $(shell git log -1 --format=%ct 2>/dev/null || date +%s)

# How many tests run at a time. Most of what a practice cluster does is waiting, so two processors do for five.
WORKERS = 5

# Compiled Python is kept, also where somebody's environment says otherwise: without it the same build takes 4 times
# the CPU.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help html book live linkcheck test quick lint bench speed pictures steps notebook inventory walk outputs mutants soak fresh pins \
    cluster cluster-down clean site-venv test-venv

help: ## lists these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' Makefile | while read -r name what; do printf 'make %-13s %s\n' "$$name" "$$what"; done

# venv.sh itself knows what is installed, by checksum; calling it when all is there takes a hundredth of a second.
site-venv:
	@./venv.sh .venv requirements.txt

test-venv: site-venv
	@./venv.sh .venv tests/requirements.txt

html: site-venv ## builds the site: _build/html/index.html
	@# A page that warned is read again next time: without its doctree the warning can't get lost.
	@$(SPHINX) -b html -d _build/doctrees . _build/html || { rm -rf _build/doctrees; exit 1; }
	@echo "The site is built: open _build/html/index.html"

book: site-venv ## makes one PDF and one ePub of the whole lesson, in _build/book
	@./tests/engines.sh book
	@./venv.sh .venv book/requirements.txt
	@rm -rf _build/singlehtml _build/epub && mkdir -p _build/book
	@for builder in singlehtml epub; do \
	    SOURCE_DATE_EPOCH=$(COMMIT_TIME) $(SPHINX) -b $$builder -D book_edition="$(EDITION)" -d _build/doctrees . _build/$$builder || \
	    { rm -rf _build/doctrees; exit 1; }; done
	@$(PYTHON_IN) -m book.check_epub _build/epub/notebook-to-cluster.epub
	@mv _build/epub/notebook-to-cluster.epub _build/book
	@$(PYTHON_IN) -m book.print_pdf _build/singlehtml/index.html _build/book/notebook-to-cluster.pdf
	@echo "The book is made: _build/book. BOOK=_build/book make html builds a site that offers it."

live: site-venv ## serves the site on this machine and rebuilds it at each change
	@# It writes a script into each page, which has the page loaded anew; the pages' policy would forbid that.
	@$(PYTHON_IN) -m sphinx_autobuild -q --host 127.0.0.1 --port 0 --open-browser \
	    --ignore '*/_build/*' --ignore '*/.venv/*' -D content_security=0 . _build/live

linkcheck: site-venv ## asks every outside link whether it is still there
	@$(SPHINX) -b linkcheck . _build/linkcheck

lint: test-venv ## checks the style of Python and shell files, and the types
	@$(PYTHON_IN) -m ruff check -q .
	@$(PYTHON_IN) -m ruff format -q --check . || { echo "make lint: run .venv/bin/ruff format"; exit 1; }
	@$(PYTHON_IN) -m mypy --no-error-summary
	@if command -v shellcheck >/dev/null; then $(SHELL_SCRIPTS) | xargs -0 shellcheck .ci/run; \
	elif [ -n "$$CI" ]; then echo "make lint: shellcheck is missing" >&2; exit 1; \
	else echo "make lint: no shellcheck here, so no shell script is checked"; fi

test: ## builds the site and proves everything: pages, scripts, links, accessibility
	@./tests/engines.sh
	@$(MAKE) --no-print-directory html lint
	@rm -rf _build/coverage
	@# What no test ran is said also when a test has failed.
	@status=0; $(WALK) -n $(WORKERS) --durations=20 --durations-min=5 tests $(PAGES) || status=1; \
	$(PYTHON_IN) -m coverage combine -q --rcfile=tests/code/coverage.ini || status=1; \
	$(PYTHON_IN) -m coverage report --rcfile=tests/code/coverage.ini || status=1; \
	exit $$status

quick: html lint ## the tests that need no engine and little time, for while you write
	@$(WALK) -q -n 2 -m "not engine and not slow" tests $(PAGES)

bench: test-venv ## measures how fast the site, the walk and the scripts are
	@for file in tests/bench/*.py; do $(PYTHON_IN) "$$file" || exit 1; done

speed: html test-venv ## measures the tables of times anew, in 15 minutes (as root, on a machine that does nothing else)
	@$(PYTHON_IN) content/measured/record.py
	@$(PYTHON_IN) content/measured/record_workflow.py
	@$(MAKE) --no-print-directory pictures

pictures: site-venv ## draws the pictures of the pages anew, with the learner's scripts
	@content/images/draw.sh "$(CURDIR)/$(PYTHON_IN)" "$(CURDIR)/content/images"

steps: site-venv ## records how each step of a script differs from the one before it
	@$(PYTHON_IN) tests/code/steps.py

inventory: html test-venv ## lists every block of code on the pages, with its kind
	@$(WALK) --collect-only -q $(PAGES)

walk: html test-venv ## types the pages as a learner does, on a cluster of its own (as root): make walk PAGE=array-jobs
	@$(WALK) -v $(PAGES)

notebook: test-venv ## runs the notebook from a fresh kernel, saves it with its outputs, and exports it
	@$(PYTHON_IN) -m nbconvert --log-level WARN --to notebook --execute --inplace code/jupyter/knn_iris.ipynb
	@$(PYTHON_IN) -m nbconvert --log-level WARN --to script --output-dir code/python/scikit_example code/jupyter/knn_iris.ipynb
	@rm -r code/jupyter/results
	@$(MAKE) --no-print-directory pictures

outputs: html test-venv ## walks, and writes what came out into the pages and their pictures
	@$(WALK) -v --update-outputs $(PAGES)
	@$(MAKE) --no-print-directory pictures

mutants: html test-venv ## breaks the lesson on purpose in a copy, one thing at a time, and demands red
	@./tests/engines.sh
	@$(PYTHON_IN) tests/mutants/run.py $(MUTANTS)

soak: html test-venv ## the cluster's tests and a walk of three pages, ten times, beside busy loops: make soak ROUNDS=10
	@./tests/engines.sh
	@tests/soak.sh $(PYTHON_IN) $(WORKERS) $(or $(ROUNDS),10)

fresh: ## proves `make html` and `make test` in a new minimal Debian (as root, with mmdebstrap)
	@./tests/fresh.sh

pins: ## writes the requirement files from their .in files; with newer versions: make pins NEWER=--upgrade
	@./tests/pins.sh $(NEWER)

cluster: ## starts the practice cluster, a real Slurm on this machine (as root)
	@./cluster/practice-cluster up

cluster-down: ## ends the practice cluster
	@./cluster/practice-cluster down

clean: ## removes all that `make` made
	@rm -rf _build .venv
