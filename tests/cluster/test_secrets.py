"""A name and a password with which this machine reaches its packages are used for that, and stay nowhere."""

import gzip
import os
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster import settings

SECRET = "hunter2"
# What a machine may have: (text, the same without secrets).
ADDRESSES = [
    (f"https://me:{SECRET}@index.example/simple", "https://index.example/simple"),
    (f"https://{SECRET}@index.example/simple", "https://index.example/simple"),
    (f"https://me:{SECRET}%40x@index.example:8443/simple/", "https://index.example:8443/simple/"),
    (f"https://me:a@{SECRET}@index.example/simple", "https://index.example/simple"),
    (f"https://index.example/simple?token={SECRET}", "https://index.example/simple"),
    (f"me:{SECRET}@proxy.example:3128", "proxy.example:3128"),
    (f"https://a:{SECRET}@one.example/s\nhttps://b:{SECRET}@b.example/", "https://one.example/s\nhttps://b.example/"),
    (f'Acquire::http::Proxy "http://me:{SECRET}@proxy.example:1";\n', 'Acquire::http::Proxy "http://proxy.example:1";\n'),
    (f"deb [signed-by=/k] https://me:{SECRET}@d.example/ s main", "deb [signed-by=/k] https://d.example/ s main"),
    ("localhost,127.0.0.1,::1,.example", "localhost,127.0.0.1,::1,.example"),
    ("http://proxy.example:3128", "http://proxy.example:3128"),
    ("/opt/wheels file:///opt/index/simple", "/opt/wheels file:///opt/index/simple"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kept"), ADDRESSES)
def test_an_address_is_kept_without_its_secrets(text, kept):
    assert settings.without_secrets(text) == kept


WORD = st.text("abcdefXYZ0189._~%-", min_size=1)


@given(WORD, st.text("abcXYZ019._~%!$&()*+,;=:@-"), WORD, st.sampled_from(["", "/simple", ":8080/a/b"]))
def test_no_password_stays_in_an_address(user, password, host, rest):
    assert settings.without_secrets(f"https://{user}:{password}@{host}{rest}") == f"https://{host}{rest}"


def test_what_pip_and_proxies_need_is_in_the_environment_of_a_build_only(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("PIP_") or settings.PROXIES.fullmatch(name)]:
        monkeypatch.delenv(name)
    config = tmp_path / "pip.conf"
    config.write_text(
        f"[global]\nindex-url = https://me:{SECRET}@index.example/simple\nconstraint = /etc/none.txt\n"
        f"client-cert = {SECRET}.pem\ntimeout = 60\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    monkeypatch.setenv("https_proxy", f"http://me:{SECRET}@proxy.example:3128")
    monkeypatch.setenv("no_proxy", "localhost")
    pip = settings.pip_conf(settings.pip_options(), with_folders=True)
    assert "index-url = https://index.example/simple\n" in pip and "timeout = 60\n" in pip
    assert "constraint" not in pip, "a file of this machine, which nobody else has"
    uv = settings.uv_toml(settings.pip_options())
    assert tomllib.loads(uv) == {"system-certs": True, "index-url": "https://index.example/simple"}
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"https://me:{SECRET}@b.example/simple file:///c")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    more = tomllib.loads(settings.uv_toml(settings.pip_options()))
    assert more["no-index"] is True and more["extra-index-url"] == ["https://b.example/simple", "file:///c"]
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL")
    profile = settings.proxies_sh()
    assert 'export https_proxy="${https_proxy:-http://proxy.example:3128}"\n' in profile
    assert SECRET not in pip + profile
    assert settings.secret_variables() == {"https_proxy": f"http://me:{SECRET}@proxy.example:3128"}
    assert settings.secret_pip_conf() == f"[global]\nindex-url = https://me:{SECRET}@index.example/simple\n"


# Notes whether pip has the password while the image is built; the definition itself, which an image keeps, has not.
BUILD_SEES_IT = f"""\
Bootstrap: docker
From: python:3.13-slim
%post
    python3 -m pip config list | grep -c '{SECRET[:-1]}[{SECRET[-1]}]' >/seen
"""


@pytest.mark.cluster
@pytest.mark.engine
@pytest.mark.slow
def test_no_secret_is_in_anything_that_a_cluster_is_made_of(up, tmp_path):
    """A cold start, with a cache of its own: the root, the stand-in base image, the logs, and what learner sees."""
    apt = tmp_path / "apt.conf"
    apt.write_text(f'Acquire::http::Proxy::nobody.example "http://me:{SECRET}@proxy.example:3128";\n')
    cache = tmp_path / "cache"
    env = os.environ | {
        "PRACTICE_CLUSTER_CACHE": str(cache),
        "APT_CONFIG": str(apt),
        "PIP_EXTRA_INDEX_URL": f"https://me:{SECRET}@nobody.example/simple",
        "ftp_proxy": f"http://me:{SECRET}@proxy.example:3128",
    }
    done = up("up", env=env, timeout=3600)
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        assert "\npasswords in this machine's settings of pip and proxies stay here: " in done.stdout
        look = (
            f"grep -rIl {SECRET} /etc /opt /var/log /home /tmp /run 2>/dev/null; env | grep {SECRET}; cat /etc/pip.conf"
        )
        seen = up("run", "bash", "-c", look, env=env).stdout
        assert seen.startswith("[global]\n") and "https://nobody.example/simple" in seen
        container = tmp_path / "code/container"
        container.mkdir(parents=True)
        container.joinpath("singularity.def").write_text(BUILD_SEES_IT)
        container.joinpath("requirements.txt").touch()
        up("run", "sh", "-c", "echo echo Welcome >.profile", env=env)  # this must not become a part of the image
        image = up("image", container.parent, env=env)
        assert image.returncode == 0, image.stderr
        inside = f"cat /seen; grep -rIl {SECRET} /etc /root /usr/local /var/log /tmp; true"
        command = f"cd notebook-to-cluster && apptainer exec --no-home --contain knn.sif sh -c '{inside}'"
        assert up("run", "bash", "-c", command, env=env).stdout == "Welcome\n1\n"
    finally:
        assert up("down", env=env).returncode == 0
    assert [str(path) for path in cache.rglob("*") if has_secret(path)] == []


def has_secret(path):
    """Say whether the secret is in a file, or in an archive."""
    if path.is_symlink() or not path.is_file():
        return False
    data = path.read_bytes()
    if data.startswith(b"\x1f\x8b") and "docker/registry" in str(path):
        data = gzip.decompress(data)
    return SECRET.encode() in data
