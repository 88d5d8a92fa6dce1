"""The copy button takes exactly what a learner should paste."""

import pytest

pytestmark = pytest.mark.engine

PAGE = """---
myst:
  html_meta:
    description: A page for a test.
---
# Copy

```console
$ sbatch --parsable submit.sh
4711

Price: 5 $ a run
$ srun --mem=4G \\
    --time=10 \\
    hostname
node1
```

```console
$ cat > parameters.txt <<EOF
first

last
EOF
$ wc -l parameters.txt
3 parameters.txt
```

```{code-block} python
:linenos:

def half(x):

    return x / 2
```
"""
COPIED = [
    "sbatch --parsable submit.sh\nsrun --mem=4G \\\n    --time=10 \\\n    hostname",
    "cat > parameters.txt <<EOF\nfirst\n\nlast\nEOF\nwc -l parameters.txt",
    "def half(x):\n\n    return x / 2",
]


def copy_all(page) -> list[str]:
    """Presses every copy button of a page and gives what was on the clipboard after each."""
    page.wait_for_function(
        "document.querySelectorAll('div.highlight pre').length == 0 || document.querySelector('.copybtn')"
    )
    copied = []
    for number in range(page.locator(".copybtn").count()):
        # The button appears when the mouse is near; a click by script needs no mouse.
        page.locator(".copybtn").nth(number).evaluate("button => button.click()")
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    return copied


@pytest.fixture
def permissions():
    return {"permissions": ["clipboard-read", "clipboard-write"]}


def test_commands_without_prompt_and_output(visit, sample, permissions):
    assert copy_all(visit(f"{sample(PAGE)}index.html", **permissions)) == COPIED


def test_every_block_of_a_page_can_be_copied(visit, address, site, page_name, permissions):
    blocks = site.soup(page_name).select("div.highlight pre")
    copied = copy_all(visit(f"{address}{page_name}.html", **permissions))
    assert len(copied) == len(blocks)
    assert all(text.strip() for text in copied)
    assert [text for text in copied if text.startswith("$ ") or "\n$ " in text] == []
