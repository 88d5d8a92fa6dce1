"""Makes a stand-in for the base image of the lesson, from Debian's packages, where no image registry can be reached."""

import gzip
import hashlib
import json
import platform
import shutil
from pathlib import Path

from cluster import sandbox, settings, state
from cluster.location import CACHE
from cluster.rootfs import LOG, digest, log_or_refuse, remove

NAME, TAG = "library/python", "3.13-slim"  # as in code/container
SUITE = "trixie"  # its Python is 3.13
PACKAGES = "ca-certificates,python3,python3-pip,python-is-python3"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"

# Debian's pip says that it manages the packages, and its `packaging` can't be replaced, having no list of its files.
# An image has neither.
MAKE = r"""
export TMPDIR=/mnt
export certificates=$3
mmdebstrap --mode=root --variant=minbase --skip=output/mknod,output/dev --include="$2" --aptopt=/mnt/apt.conf \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='rm -rf "$1"/usr/lib/python3*/EXTERNALLY-MANAGED "$1"/usr/lib/python3/dist-packages/packaging*' \
    --customize-hook='cp /mnt/pip.conf "$1/etc/pip.conf"; cp "$certificates" "$1$certificates"' \
    --customize-hook='cp /mnt/kept/sources.list "$1/etc/apt/"; cp /mnt/kept/99mmdebstrap "$1/etc/apt/apt.conf.d/"' \
    "$1" /mnt/image.tar /mnt/sources.list
"""


def registry_answers(seconds: float = 4) -> bool:
    """Say whether the registry answers from which Docker and Apptainer take images by default."""
    # Only `up` asks, and loading these would delay each verb by some hundredths of a second.
    import http.client
    import urllib.error
    import urllib.request

    try:
        urllib.request.urlopen("https://registry-1.docker.io/v2/", timeout=seconds)
    except urllib.error.HTTPError as error:
        return error.code == 401 and "Docker-Distribution-Api-Version" in error.headers
    except (OSError, ValueError, http.client.HTTPException):  # the last one where a proxy is none
        return False
    return True


def ensure(root: Path, say) -> Path:
    """Return the folder that a registry serves, with the stand-in in it; make it if it isn't there."""
    pip = settings.pip_conf(settings.pip_options(), with_folders=False)
    name = digest(*map(str.encode, (MAKE, SUITE, PACKAGES, pip)), settings.certificates())
    folder = CACHE / f"base-{name}"
    if not folder.is_dir():
        say("no image registry answers: a stand-in for the base image is made from Debian's packages, once")
        partial, work = folder.with_suffix(".partial"), CACHE / "image.partial"
        try:
            write_given(work, pip)
            command = ["sh", "-euc", MAKE, "sh", SUITE, PACKAGES, str(settings.CERTIFICATES)]
            log_or_refuse(sandbox.run_in_root(root, work, command, LOG))
            store(work / "image.tar", partial / "docker/registry/v2")
            partial.rename(folder)
        finally:
            remove([partial, work])
        if not state.used_slots():  # or another cluster, of another checkout, may still stand on it
            remove(path for path in CACHE.glob("base-*") if path != folder)
    return folder


def write_given(work: Path, pip: str) -> None:
    """Write what the image is made with, and, without secrets, what it keeps of that."""
    work.mkdir(mode=0o700)
    (work / "kept").mkdir()
    sources, options = settings.apt_sources(SUITE), settings.apt_options()
    for name, text in {
        "pip.conf": pip,
        "sources.list": sources,
        "apt.conf": options,
        "kept/sources.list": settings.without_secrets(sources),
        "kept/99mmdebstrap": settings.without_secrets(options),
    }.items():
        (work / name).write_text(text)


def store(tar: Path, registry: Path) -> None:
    """Write an image of one layer as a registry keeps it on disk."""
    layer = tar.with_suffix(".tar.gz")
    with tar.open("rb") as source, gzip.open(layer, "wb", compresslevel=1) as target:
        whole = hashlib.file_digest(source, "sha256").hexdigest()
        source.seek(0)
        shutil.copyfileobj(source, target)
    config = {
        "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": {"Cmd": ["python3"], "Env": [f"PATH={PATH}"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{whole}"]},
        "history": [{"created_by": f"a stand-in: Debian {SUITE} with {PACKAGES}"}],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": blob(registry, json.dumps(config).encode(), "application/vnd.oci.image.config.v1+json"),
        "layers": [blob(registry, layer.read_bytes(), "application/vnd.oci.image.layer.v1.tar+gzip")],
    }
    revision = blob(registry, json.dumps(manifest).encode(), MANIFEST)["digest"]
    tags = f"_manifests/tags/{TAG}"
    for path in ("_manifests/revisions/sha256", f"{tags}/index/sha256"):
        link(registry, f"{path}/{revision.removeprefix('sha256:')}", revision)
    link(registry, f"{tags}/current", revision)


def link(registry: Path, path: str, digest: str) -> None:
    """Name a digest in a folder of the repository."""
    folder = registry / "repositories" / NAME / path
    folder.mkdir(parents=True)
    (folder / "link").write_text(digest)


def blob(registry: Path, data: bytes, kind: str) -> dict:
    """Store bytes under their digest, and return how a manifest names them."""
    name = hashlib.sha256(data).hexdigest()
    folder = registry / "blobs/sha256" / name[:2] / name
    folder.mkdir(parents=True)
    (folder / "data").write_bytes(data)
    link(registry, f"_layers/sha256/{name}", f"sha256:{name}")
    return {"mediaType": kind, "digest": f"sha256:{name}", "size": len(data)}
