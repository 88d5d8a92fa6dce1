"""Makes the private root folder with Slurm and all that belongs to it, once, and keeps it in the cache."""

import hashlib
import platform
import shutil
from pathlib import Path

from cluster import ClusterError, last_words, sandbox, settings, state
from cluster.location import CACHE, HERE, INSIDE, RELEASES

LOG = CACHE / "build.log"
# Nobody reads manuals here, and a folder that is half made is thrown away: nothing need reach the disk at once.
MMDEBSTRAP = [
    "mmdebstrap", "--mode=root", "--variant=minbase", "--skip=output/mknod,output/dev", "--dpkgopt=force-unsafe-io",
    "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
]  # fmt: skip
# What apt has in the new root to fetch packages with.
APT = ("etc/apt/sources.list", "etc/apt/apt.conf.d/99mmdebstrap")
# Half of the time of `pip install` goes by in compiling what is never imported; the rest is compiled when it is.
LAZY = "[install]\ncompile = no\n"
# A change of one of these makes a new root.
INGREDIENTS = [HERE.joinpath("packages.txt").read_bytes(), INSIDE.joinpath("prepare.sh").read_bytes()]


def packages(release: str) -> list[str]:
    """Return the names of the packages of the root of a release."""
    lines = HERE.joinpath("packages.txt").read_text().splitlines()
    listed = [line.removeprefix(f"{release}: ") for line in lines if line and not line.startswith("#")]
    return [name for name in listed if ":" not in name]


def digest(*parts: bytes) -> str:
    """Return a short name for what is made of these parts."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def where(release: str) -> Path:
    """Return the place of the root folder of a release that is made of what there is now."""
    words = [platform.machine(), *MMDEBSTRAP, *written_settings().values()]
    return CACHE / f"root-{release}-{digest(*INGREDIENTS, settings.certificates(), *map(str.encode, words))}"


def ensure(release: str, slot: int, say) -> Path:
    """Return the root folder of a release of Debian; make it, with the ports of a slot, if what there is is another."""
    root = where(release)
    if not root.is_dir():
        if shutil.disk_usage(CACHE).free < 4e9:
            raise ClusterError(f"needs 4 GB in {CACHE}")
        install_mmdebstrap(say)
        say(f"the root with Slurm is made from the packages of Debian {release}, once; this takes some minutes")
        build(root, release, slot)
        if not state.used_slots():  # or another cluster, of another checkout, may still stand on it
            kept = {where(one) for one in RELEASES}
            remove(path for path in CACHE.glob("root-*") if path not in kept)
    return root


def install_mmdebstrap(say) -> None:
    """Install what makes the root, if it isn't there."""
    missing = [] if shutil.which("mmdebstrap") else ["mmdebstrap"]
    missing += [] if Path(settings.KEYRING).exists() else ["debian-archive-keyring"]
    if not missing:
        return
    names = " and ".join(missing)
    if not shutil.which("apt-get"):
        raise ClusterError(f"needs {names}, or Docker: see content/practice-cluster.md")
    say(f"installing {names}")
    settings.apt_get("update")
    done = settings.apt_get("install", "--yes", "--no-install-recommends", *missing)
    if done.returncode:
        raise ClusterError(f"cannot install {names}: {(done.stderr.strip().splitlines() or ['?'])[-1]}")


def build(root: Path, release: str, slot: int) -> None:
    """Make the root beside its place, and move it there when it is whole."""
    partial, given = root.with_suffix(".partial"), CACHE / "given.partial"
    LOG.unlink(missing_ok=True)
    LOG.touch(mode=0o600)
    try:
        given.mkdir(mode=0o700)
        (given / "sources.list").write_text(settings.apt_sources(release))
        (given / "apt.conf").write_text(settings.apt_options() + 'APT::Sandbox::User "root";\n')
        log_or_refuse(sandbox.run(
            ["env", f"TMPDIR={given}", *MMDEBSTRAP, f"--include={','.join(packages(release))}",
             f"--aptopt={given}/apt.conf", release, str(partial), str(given / "sources.list")], LOG))  # fmt: skip
        write_settings(partial)
        log_or_refuse(sandbox.run_in_root(partial, INSIDE, ["sh", "/mnt/prepare.sh", str(slot)], LOG))
        forget_secrets(partial)
        partial.rename(root)
    finally:
        remove([partial, given])


def log_or_refuse(code: int) -> None:
    """Refuse, with the last line of the log, when what was to be made has failed."""
    if code:
        raise ClusterError(f"cannot make the root: {last_words(LOG)} (more in {LOG})")


def written_settings() -> dict[str, str]:
    """Return the files of a root that say how this machine finds packages: after a change of them it is made anew."""
    return {
        "etc/pip.conf": settings.pip_conf(settings.pip_options(), with_folders=True) + LAZY,
        "etc/uv/uv.toml": settings.uv_toml(settings.pip_options()),
        "etc/profile.d/proxies.sh": settings.proxies_sh(),
        "etc/hosts": "127.0.0.1 localhost login\n",
    }


def write_settings(root: Path) -> None:
    """Let the root trust whom this machine trusts, and find packages where this machine finds them."""
    if certificates := settings.certificates():
        (root / settings.CERTIFICATES.relative_to("/")).write_bytes(certificates)
    for name, text in written_settings().items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")


def forget_secrets(root: Path) -> None:
    """Take names and passwords out of what apt was given."""
    for name in APT:
        if (root / name).exists():
            (root / name).write_text(settings.without_secrets((root / name).read_text()))


def remove(folders) -> None:
    """Remove folders and files; nothing is mounted in them, because what a box mounted went with it."""
    for folder in folders:
        if folder.is_dir():
            shutil.rmtree(folder, ignore_errors=True)
        else:
            folder.unlink(missing_ok=True)
