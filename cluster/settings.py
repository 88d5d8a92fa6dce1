"""How this machine reaches packages: the sources and settings of apt and pip, and certificates.

A user's name and password in an address are used while something is fetched and never kept: what is made here is read
by learner, and becomes part of images. `without_secrets` takes them out of all that stays.
"""

import configparser
import json
import os
import platform
import re
import subprocess
from pathlib import Path

from cluster import ClusterError

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
DEFAULT_MIRROR = "http://deb.debian.org/debian"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PROXIES = re.compile(r"(?:https?|ftp|all|no)_proxy", re.IGNORECASE)
# The settings of pip that say where packages are; all others are this machine's own business.
PIP = {"index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "cert", "proxy", "timeout",
       "default-timeout", "retries"}  # fmt: skip
SAFE = re.compile(r"[\w.:/,*\[\]@%+~-]*")  # needs no quotes in a shell
# user:password@ in front of a host, with or without "https://" before it, and what follows a "?".
SECRETS = re.compile(r"(?<=://)[^\s/\"']*@|(?<![^\s\"'=])[^\s/\"'@:]+:[^\s/\"']*@|(?<=[^\s\"'])\?[^\s\"']*")


def without_secrets(text: str) -> str:
    """Return addresses without the user's name, the password and the query in them."""
    return SECRETS.sub("", text)


def printed(*command: str) -> list[str]:
    """Return the lines that a command prints."""
    return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()


def apt_get(*words: str) -> subprocess.CompletedProcess:
    """Run apt-get, which asks nothing."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(["apt-get", "-qq", *words], env=environment, capture_output=True, text=True)


def apt_sources(suite: str) -> str:
    """Return the sources of a suite of Debian: this machine's own, turned to it, or Debian's."""
    form = "$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)"
    question = ["apt-get", "indextargets", "--format", form, "Created-By: Packages"]
    here, sources = platform.freedesktop_os_release().get("VERSION_CODENAME"), set()
    if Path("/etc/debian_version").exists() and not printed(*question):
        apt_get("update")  # apt knows its sources only by their lists
    for line in printed(*question):
        origin, uri, release, component = (line.split() + [""] * 4)[:4]
        # Others than http, such as a list of mirrors, are files of this machine, which a root has not.
        ours = origin == "Debian" and component == "main" and uri.startswith("http")
        if ours and here and release.startswith(here):
            sources.add(f"deb [signed-by={KEYRING}] {uri} {suite}{release.removeprefix(here)} main")
    plain = sorted(line for line in sources if f" {suite} main" in line)
    rest = sorted(sources - set(plain))
    lines = [*plain, *rest] if plain else [f"deb [signed-by={KEYRING}] {DEFAULT_MIRROR} {suite} main"]
    return "".join(f"{line}\n" for line in lines)


def apt_options() -> str:
    """Return apt's settings for fetching: proxies, certificates, checks."""
    lines = [line for line in printed("apt-config", "dump", "Acquire") if re.search(r'"[^"]+";$', line)]
    # What finds a proxy is a program of this machine.
    return "".join(f"{line}\n" for line in lines if not re.search(r"IndexTargets|Auto-?Detect", line))


def pip_options() -> dict[str, str]:
    """Return pip's settings, from its files and, above them, from variables; refuse a file that pip could not read."""
    parser = configparser.RawConfigParser()
    own = [str(Path.home() / name) for name in (".pip/pip.conf", ".config/pip/pip.conf")]
    for path in ["/etc/xdg/pip/pip.conf", "/etc/pip.conf", *own, os.environ.get("PIP_CONFIG_FILE", "")]:
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            raise ClusterError(f"{path} can't be read: {' '.join(str(error).split())}") from None
    found = dict(parser["global"]) if "global" in parser else {}
    for name, value in os.environ.items():
        if name.startswith("PIP_") and value:
            found[name.removeprefix("PIP_").lower().replace("_", "-")] = value
    return {name: value for name, value in found.items() if name in PIP and value.split()}


def local_folders(options: dict[str, str]) -> list[str]:
    """Return the folders of this machine that pip's settings name: an index, or wheels."""
    paths = re.findall(r"(?:^|[\s,])(?:file://)?(/[^\s,]+)", " ".join(options.values()))
    folders = {re.sub(r"/simple/?$", "", path) for path in paths if Path(path).is_dir()}
    return sorted(folder for folder in folders if " " not in folder and folder != "/")


def pip_conf(options: dict[str, str], with_folders: bool) -> str:
    """Return pip.conf, without secrets.

    What lies in folders of this machine is left out for an image, which has none of them.
    """
    lines = ["[global]"]
    for name, value in sorted(options.items()):
        words = without_secrets(value).split()
        if name == "cert":
            words = [str(CERTIFICATES)]
        elif not with_folders:
            words = [word for word in words if not re.match(r"(file://)?/", word)]
        if words:
            lines.append(f"{name} = {' '.join(words)}")
    return "\n".join(lines) + "\n"


def uv_toml(options: dict[str, str]) -> str:
    """Return uv.toml with the same places of packages, because uv does not read what is written for pip."""
    lines = ["system-certs = true"]
    for name, value in sorted(options.items()):
        words = without_secrets(value).split()
        if name == "index-url":
            lines.append(f'index-url = "{words[0]}"')
        elif name in ("extra-index-url", "find-links"):
            lines.append(f"{name} = {json.dumps(words)}")
            if name == "extra-index-url":  # as pip does: the best version of all indexes, and not of the first
                lines.append('index-strategy = "unsafe-best-match"')
        elif name == "no-index":
            lines.append(f"no-index = {str(value.lower() in ('1', 'true', 'yes', 'on')).lower()}")
    return "\n".join(lines) + "\n"


def variables() -> dict[str, str]:
    """Return the variables that name proxies."""
    return {name: value for name, value in os.environ.items() if PROXIES.fullmatch(name)}


def proxies_sh() -> str:
    """Return a profile that sets the variables of proxies, without secrets, where they are not set already."""
    found = {name: without_secrets(value) for name, value in variables().items()}
    lines = [f'export {name}="${{{name}:-{value}}}"\n' for name, value in found.items() if SAFE.fullmatch(value)]
    return "".join(lines)


def secret_variables() -> dict[str, str]:
    """Return the variables of proxies that have secrets in them: for the environment of a build, and nothing else."""
    return {name: value for name, value in variables().items() if without_secrets(value) != value}


def secret_pip_conf() -> str:
    """Return a pip.conf of the settings that have secrets in them, for a build and nothing else; nothing if none do."""
    found = {name: value for name, value in pip_options().items() if without_secrets(value) != value}
    lines = [f"{name} = {' '.join(value.split())}\n" for name, value in sorted(found.items())]
    return "".join(["[global]\n", *lines]) if lines else ""


def certificates() -> bytes:
    """Return the certificates that this machine trusts."""
    return CERTIFICATES.read_bytes() if CERTIFICATES.exists() else b""
