"""Packs everything a learner gets, the files under code/, into one zip file that a page can link."""

import stat
import zipfile
import zlib
from pathlib import Path

from sphinx.util import logging

logger = logging.getLogger(__name__)

TOP = "notebook-to-cluster"
ZIP = Path("_build/bundle") / f"{TOP}.zip"


def files(folder: Path) -> list[Path]:
    """Return all files below `folder`, sorted by path, without hidden ones and caches."""
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
            found.append(path)
    return found


def entries(folder: Path) -> list[tuple[zipfile.ZipInfo, bytes]]:
    """Return for each file of `folder` its entry in the zip file, with name, mode and checksum, and its content."""
    found = []
    for path in files(folder):
        info = zipfile.ZipInfo(f"{TOP}/{path.relative_to(folder).as_posix()}", date_time=(1980, 1, 1, 0, 0, 0))
        # Git keeps only whether a file can be executed, so two clones agree on that and on nothing else.
        mode = 0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644
        info.external_attr = (stat.S_IFREG | mode) << 16
        info.create_system = 3  # Unix: only then is the mode read back
        info.compress_type = zipfile.ZIP_DEFLATED
        content = path.read_bytes()
        info.CRC = zlib.crc32(content)
        found.append((info, content))
    return found


def same(target: Path, wanted: list[tuple[zipfile.ZipInfo, bytes]]) -> bool:
    """Return whether the zip file `target` is there and has exactly these entries."""
    try:
        with zipfile.ZipFile(target) as archive:
            there = [(info.filename, info.external_attr, info.CRC) for info in archive.infolist()]
    except (OSError, zipfile.BadZipFile):
        return False
    return there == [(info.filename, info.external_attr, info.CRC) for info, _ in wanted]


def pack(folder: Path, target: Path) -> None:
    """Make the zip file `target` of `folder`: the same bytes for the same names, contents and execute permissions.

    Nothing is compressed or written when it is up to date: compressing takes a tenth of a build, and a page that links
    a changed file is built anew.
    """
    wanted = entries(folder)
    if same(target, wanted):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for info, content in wanted:
            archive.writestr(info, content)


def write(app) -> None:
    """See to it that the zip file below the source folder is up to date; warn where nothing can be written there."""
    try:
        pack(Path(app.srcdir) / "code", Path(app.srcdir) / ZIP)
    except OSError as error:
        logger.warning("bundle: %s can't be written: %s", ZIP, error)


def setup(app) -> dict:
    """Connect the extension; Sphinx calls it."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
