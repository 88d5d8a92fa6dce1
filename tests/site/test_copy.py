"""The copy button takes exactly what a learner should paste."""

import pytest
from docutils import nodes

from walk.directives import walked_block
from walk.model import Transcript

pytestmark = pytest.mark.engine

# The buttons of a page that are not seen, and the texts that lie below one that is.
HIDDEN = "() => [...document.querySelectorAll('.copy-button')].filter(one => getComputedStyle(one).opacity != 1).length"
COVERED = """() => {
    const texts = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
    const buttons = [...document.querySelectorAll(".copy-button")].map(one => [one, one.getBoundingClientRect()]);
    const covered = [];
    while (texts.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(texts.currentNode);
        const lines = [...range.getClientRects()];
        const below = ([button, { left, right, top, bottom }]) => !button.contains(texts.currentNode) && lines.some(
            line => line.left < right && line.right > left && line.top < bottom && line.bottom > top);
        if (texts.currentNode.data.trim() && buttons.some(below)) covered.push(texts.currentNode.data);
    }
    return covered;
}"""
PAGE = """---
myst:
  html_meta:
    description: A page for a test.
---
# Copy

```{for-show} console
:reason: a test

$ sbatch --parsable submit.sh
4711

Price: 5 $ a run
$ srun --mem=4G \\
    --time=10 \\
    hostname
node1
```

```{for-show} console
:reason: a test

$ cat > parameters.txt <<EOF
first

last
EOF
$ wc -l parameters.txt
3 parameters.txt
$ cat <<'END'
a word of EOF
END
a word of EOF
```

```{code-block} python
:linenos:

def half(x):

    return x / 2


PRICE = '''
$ 5
'''
```
"""
COPIED = [
    "sbatch --parsable submit.sh\nsrun --mem=4G \\\n    --time=10 \\\n    hostname",
    "cat > parameters.txt <<EOF\nfirst\n\nlast\nEOF\nwc -l parameters.txt\ncat <<'END'\na word of EOF\nEND",
    "def half(x):\n\n    return x / 2\n\n\nPRICE = '''\n$ 5\n'''",
]


@pytest.fixture
def copy_all(copied):
    """copy_all(page) presses every copy button of a page and gives what was on the clipboard after each."""

    def press(page) -> list[str]:
        page.wait_for_function(
            "() => document.querySelectorAll('div.highlight pre').length == 0 || document.querySelector('.copy-button')"
        )
        return [copied(button) for button in page.locator(".copy-button").all()]

    return press


@pytest.fixture
def permissions():
    return {"permissions": ["clipboard-read", "clipboard-write"]}


def test_the_button_is_a_word_in_a_line(visit, sample):
    """The theme makes an icon of what has the class of another copy button."""
    box = visit(f"{sample(PAGE)}index.html").locator(".copy-button").first.bounding_box()
    assert box["width"] > 1.5 * box["height"]


@pytest.mark.parametrize("name", ["array-jobs", "first-job", "your-cluster"])
def test_where_nothing_hovers_it_is_seen_and_covers_nothing(visit, address, name):
    phone = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
    page = visit(f"{address}content/{name}.html", **phone)
    page.wait_for_function("() => document.querySelector('.copy-button')")
    assert page.evaluate(HIDDEN) == 0
    assert page.evaluate(COVERED) == []


def test_commands_without_prompt_and_output(copy_all, visit, sample, permissions):
    assert copy_all(visit(f"{sample(PAGE)}index.html", **permissions)) == COPIED


def test_what_is_copied_is_what_the_walk_types(copy_all, visit, address, doctree, page_name, permissions):
    blocks = [block["block"] for block in doctree(page_name).findall(walked_block)]
    typed = ["\n".join(command.text for command in block.commands) for block in blocks if isinstance(block, Transcript)]
    copied = copy_all(visit(f"{address}{page_name}.html", **permissions))
    assert len(copied) == len(list(doctree(page_name).findall(nodes.literal_block)))
    assert all(text.strip() for text in copied)
    assert [text for text in typed if text not in copied] == []
