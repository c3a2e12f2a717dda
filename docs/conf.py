"""How Sphinx makes the site of README.md, docs/ and the docstrings: nox -s docs.

The pages are plain Markdown, which reads as well where no site is made of it; what Sphinx wants to
know beside (which page follows which) is taken from the links of docs/index.md.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from sphinx.ext import napoleon
from sphinx.util.logging import getLogger

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

import api_reference  # noqa: E402  beside this file
import docstrings  # noqa: E402
import signatures  # noqa: E402

import autodiffx  # noqa: E402

project = "autodiffx"
author = "the autodiffx developers"
release = version = autodiffx.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
root_doc = "docs/index"
include_patterns = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "cpp/README.md"]
include_patterns += ["docs/*.md", "docs/api/*.rst"]
default_role = "py:obj"  # `name` in a docstring leads to it where there is such a page

myst_heading_anchors = 3  # links to headings, as in the Markdown of code hosts
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # they stand in the signatures' source; the docstrings say it in words

html_theme = "furo"
html_title = "autodiffx"
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
pygments_style = "friendly"

LOGGER = getLogger(__name__)
LINK = re.compile(r"\[([^]]+)\]\(([^)#:]+)\.md\)")
FOLDER_LINK = re.compile(r"\[([^]]+)\]\(([\w/]+)\)")
REFERENCE = "[API reference](api/index.rst)"


def write_reference(_app: Any) -> None:
    """The pages of the reference are written before Sphinx looks for pages."""
    api_reference.write(FOLDER / "api")


def complete_page(_app: Any, name: str, source: list[str]) -> None:
    """What only the site has: the menu, in the order of the index, and the reference in it.

    A folder of the repository has no page.
    """
    here = FOLDER.parent.joinpath(name).parent
    source[0] = FOLDER_LINK.sub(
        lambda link: f"`{link[1]}`" if here.joinpath(link[2]).is_dir() else link[0], source[0]
    )
    if name != root_doc:
        return
    text = source[0].replace("| API reference |", f"| {REFERENCE} |")
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title = part.partition("\n")[0]
        pages = "\n".join(f"{words} <{page}>" for words, page in LINK.findall(part))
        if REFERENCE in part:
            pages = f"api/index\n{pages}"
        text += f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{pages}\n```\n"
    source[0] = text


def write_entrance(app: Any, failure: Exception | None) -> None:
    """The folder of the site opens on its first page."""
    if failure is None and app.builder.format == "html":
        target = app.builder.get_target_uri(root_doc)
        text = f'<!doctype html><meta http-equiv="refresh" content="0; url={target}">\n'
        (Path(app.outdir) / "index.html").write_text(text, encoding="utf-8")


def rewrite_docstring(
    _app: Any, what: str, _name: str, _thing: Any, _options: Any, lines: list[str]
) -> None:
    """Docstrings are plain text with sections; attributes have no sections."""
    if lines and lines[0].startswith("Alias for field number"):  # Python's, of a named tuple
        lines.clear()
    lines[:] = docstrings.to_text(lines)
    if what not in ("attribute", "data", "property"):
        settings = napoleon.Config(napoleon_use_rtype=False)
        lines[:] = napoleon.GoogleDocstring(lines, settings, what=what).lines()


def require_every_name(_app: Any, environment: Any) -> None:
    """A public name that no page describes is a warning, and warnings are errors."""
    known = environment.domains["py"].objects
    for name in api_reference.public_modules():
        for each in api_reference.public_names(sys.modules[name]):
            if f"{name}.{each}" not in known:
                LOGGER.warning("no page of the reference has %s.%s", name, each)


def setup(app: Any) -> None:
    app.connect("builder-inited", write_reference)
    app.connect("source-read", complete_page)
    app.connect("autodoc-process-docstring", rewrite_docstring)
    app.connect("autodoc-process-signature", signatures.of_stub)
    app.connect("env-check-consistency", require_every_name)
    app.connect("build-finished", write_entrance)
