"""What this machine says of packages is handed on as far as a cluster can use it; what can't be read is one line."""

import http.server
import subprocess
import threading

import pytest

from cluster import ClusterError, base_image, last_words, lesson_image, settings

HERE = {"VERSION_CODENAME": "bookworm"}
DEBIAN = f"deb [signed-by={settings.KEYRING}] {settings.DEFAULT_MIRROR} trixie main\n"


@pytest.mark.parametrize(
    ("said", "sources"),
    [
        (
            "Debian http://a.example/debian/ bookworm main",
            DEBIAN.replace(settings.DEFAULT_MIRROR, "http://a.example/debian/"),
        ),
        ("Debian https://a.example/d bookworm main", DEBIAN.replace(settings.DEFAULT_MIRROR, "https://a.example/d")),
        ("Debian mirror+file:/etc/apt/mirrors/debian.list bookworm main", DEBIAN),  # as in Debian's cloud images
        ("Debian file:/srv/mirror bookworm main", DEBIAN),
        ("Ubuntu http://a.example/ubuntu noble main", DEBIAN),
    ],
)
def test_sources_of_apt_are_those_that_a_root_can_reach(monkeypatch, said, sources):
    monkeypatch.setattr(settings, "printed", lambda *_: [said])
    monkeypatch.setattr(settings.platform, "freedesktop_os_release", lambda: HERE)
    assert settings.apt_sources("trixie") == sources


def test_a_program_that_finds_a_proxy_stays_here(monkeypatch):
    kept = 'Acquire::http::Proxy "http://proxy.example:3128";'
    more = [
        'Acquire::http::Proxy-Auto-Detect "/usr/bin/auto-apt-proxy";',
        'Acquire::http::ProxyAutoDetect "/usr/bin/x";',
    ]
    monkeypatch.setattr(settings, "printed", lambda *_: [kept, *more])
    assert settings.apt_options() == f"{kept}\n"


@pytest.mark.parametrize("text", [b"index-url = a\n", b"[global]\ntimeout = 1\ntimeout = 2\n", b"[global]\n# \xfc\n"])
def test_settings_of_pip_that_cannot_be_read_are_one_line(monkeypatch, tmp_path, text):
    path = tmp_path / "pip.conf"
    path.write_bytes(text)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(path))
    with pytest.raises(ClusterError, match=rf"^{path} can't be read: [^\n]+$"):
        settings.pip_options()


def test_a_setting_of_pip_without_a_value_is_none(monkeypatch, tmp_path):
    path = tmp_path / "pip.conf"
    path.write_text("[global]\nindex-url =\ntimeout = 5\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", str(path))
    monkeypatch.setenv("PIP_INDEX_URL", " ")
    options = settings.pip_options()
    assert options["timeout"] == "5" and "index-url" not in options
    settings.uv_toml(options)


class NoProxy(http.server.BaseHTTPRequestHandler):
    """Answers with something that is no HTTP."""

    def handle(self):
        """Say hello."""
        self.wfile.write(b"hello\n")


def test_a_proxy_that_is_none_is_no_answer(monkeypatch):
    with http.server.HTTPServer(("127.0.0.1", 0), NoProxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for address in (f"127.0.0.1:{server.server_port}", "127.0.0.1:port"):
            monkeypatch.setenv("https_proxy", f"http://{address}")
            monkeypatch.delenv("no_proxy", raising=False)
            assert base_image.registry_answers() is False
        server.shutdown()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it says nothing"),
        ("\n \n", "it says nothing"),
        ("one\npractice-cluster: two\n\n", "two"),
        ("mount: /x: wrong fs type.\n       dmesg(1) may have more information.\n", "mount: /x: wrong fs type."),
        ("FATAL: no room\n\x1b[0m\n", "FATAL: no room"),
    ],
)
def test_the_last_words_of_a_log(tmp_path, text, words):
    log = tmp_path / "log"
    log.write_text(text)
    assert last_words(log) == words


def test_an_image_for_which_there_is_no_room_leaves_nothing(tmp_path):
    small = f"ulimit -f 1; trap '' XFSZ; {lesson_image.INSTALL}"
    done = subprocess.run(["sh", "-c", small], cwd=tmp_path, input=bytes(1_000_000), capture_output=True)
    assert done.returncode == 1
    assert list((tmp_path / lesson_image.FOLDER).iterdir()) == []
