"""Who is known, by what little is kept of a password or a key."""

import os
from pathlib import Path

import pytest

from core.errors import InvalidInput
from core.settings import Settings
from webui.gate.credentials import Credentials, NameFile, checked_name, key_hash, new_key, password_hash


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.gate.credentials._N", 2**10)


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    return Credentials.of(Settings(data_dir=tmp_path / "data"))


def test_nobody_has_to_say_who_they_are_until_somebody_can(credentials: Credentials) -> None:
    assert not credentials.required
    credentials.keys.add("ci", key_hash(new_key()))
    assert credentials.required


def test_a_key_is_known_until_it_is_revoked_by_whichever_process(credentials: Credentials, tmp_path: Path) -> None:
    key = new_key()
    elsewhere = Credentials.of(Settings(data_dir=tmp_path / "data"))
    elsewhere.keys.add("ci", key_hash(key))
    elsewhere.keys.add("other", key_hash(new_key()))
    assert credentials.by_key(key).name == "ci"
    assert credentials.by_key(key[:-1]) is None
    assert credentials.by_password("ci", key).kind == "key"
    assert credentials.by_password("other", key) is None
    elsewhere.keys.remove("ci")
    assert credentials.by_key(key) is None


def test_a_password_is_known_under_its_name_only(credentials: Credentials) -> None:
    credentials.users.add("李", password_hash("密码:with:colons"))
    assert credentials.by_password("李", "密码:with:colons").name == "李"
    assert credentials.by_password("李", "密码") is None
    assert credentials.by_password("ann", "密码:with:colons") is None


def test_an_account_holds_until_its_password_changes(credentials: Credentials) -> None:
    credentials.users.add("ann", password_hash("first password"))
    account = credentials.by_password("ann", "first password")
    assert credentials.account("ann", account.stamp) == account
    credentials.users.remove("ann")
    assert credentials.account("ann", account.stamp) is None
    credentials.users.add("ann", password_hash("first password"))
    assert credentials.account("ann", account.stamp) is None


def test_nothing_that_lets_anybody_in_is_on_the_disk(credentials: Credentials, tmp_path: Path) -> None:
    key = new_key()
    credentials.keys.add("ci", key_hash(key))
    credentials.users.add("ann", password_hash("correct horse"))
    for file in (tmp_path / "data").iterdir():
        assert key not in file.read_text()
        assert "horse" not in file.read_text()
        assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "line",
    [
        "ann",
        "ann:secret",
        ":sha256$" + "0" * 64,
        "ann:scrypt$16384$8$1$AAAA",
        "ann:scrypt$1000000007$8$1$AAAAAAAAAAAAAAAAAAAAAA==$" + "A" * 43 + "=",
        "ann:scrypt$16384$8$1$not base64$" + "A" * 43 + "=",
    ],
)
def test_a_file_that_cannot_be_meant_is_told_by_its_line(line: str, tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_text(f"# people\n\n{line}\n")
    with pytest.raises(InvalidInput, match="Line 3"):
        NameFile(path, "user").load()


@pytest.mark.parametrize("name", ["", "  ", "a:b", "#ann", "a\x00b", "x" * 61])
def test_names_that_cannot_be_written_down(name: str) -> None:
    with pytest.raises(InvalidInput):
        checked_name(name)


@pytest.mark.parametrize("login", ["", "ann", "ann:", ":secret", ":"])
def test_a_login_that_cannot_be_meant(login: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="USER:PASS"):
        Credentials.of(Settings(data_dir=tmp_path), [login])


def test_a_name_is_given_once(credentials: Credentials) -> None:
    credentials.keys.add("ci", key_hash(new_key()))
    with pytest.raises(InvalidInput, match="already"):
        credentials.keys.add("ci", key_hash(new_key()))
    with pytest.raises(InvalidInput, match="no key"):
        credentials.keys.remove("nobody")


def test_the_files_may_lie_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"ci:{key_hash('encore-abc')}\n")
    os.chmod(tmp_path / "secret", 0o400)
    credentials = Credentials.of(Settings(data_dir=tmp_path / "data", api_keys=tmp_path / "secret"))
    assert credentials.by_key("encore-abc").name == "ci"
