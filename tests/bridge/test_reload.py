import os
from pathlib import Path

from audit.settings import Settings
from bridge.reload import Watched, files_of


def test_the_files_that_settings_name() -> None:
    settings = Settings.model_validate(
        {
            "loggly": {"token_file": "token"},
            "filter": {"policy_file": "policy"},
            "notify": [{"name": "a", "type": "slack", "url_file": "hook", "ca_file": "hook-ca"}],
            "forward": {
                "shared_key_file": "key",
                "users_file": "users",
                "tls": {"cert_file": "cert", "key_file": "cert-key", "client_ca_file": "ca"},
            },
        }
    )
    assert ["token", "key", "users", "policy", "cert", "cert-key", "ca", "hook", "hook-ca"] == files_of(settings)
    assert [] == files_of(Settings())


def test_the_files_of_the_webhook() -> None:
    tls = {"cert_file": "cert", "key_file": "key", "client_ca_file": "ca"}
    settings = Settings.model_validate({"webhook": {"token_file": "tokens", "tls": tls}})
    assert ["tokens", "cert", "key", "ca"] == files_of(settings)


def test_a_change_is_seen_once(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("one")
    watched = Watched.begin([str(token)])
    assert not watched.changed()
    token.write_text("another")
    assert (True, False) == (watched.changed(), watched.changed())


def test_kubernetes_swaps_a_symlink(tmp_path: Path) -> None:
    """A mounted Secret: token -> ..data/token, ..data -> a folder named by time, and ..data is replaced."""
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "token").write_text("same!")
    os.utime(tmp_path / "second" / "token", ns=((tmp_path / "first" / "token").stat().st_mtime_ns,) * 2)
    (tmp_path / "..data").symlink_to("first")
    (tmp_path / "token").symlink_to("..data/token")
    watched = Watched.begin([str(tmp_path / "token")])
    (tmp_path / "..data_tmp").symlink_to("second")
    (tmp_path / "..data_tmp").rename(tmp_path / "..data")
    assert watched.changed()


def test_a_file_that_comes_and_goes(tmp_path: Path) -> None:
    watched = Watched.begin([str(tmp_path / "token")])
    (tmp_path / "token").write_text("x")
    assert watched.changed()
    (tmp_path / "token").unlink()
    assert watched.changed()
