"""The bridge's configuration: layers, secrets by file or environment, and the sentence for everything that is wrong."""

import ssl
from pathlib import Path

import pytest
import trustme

from audit.filtering import with_stages
from audit.policy import Policy, Rule
from bridge.config import Config, load, settings
from bridge.errors import ConfigError
from bridge.handshake import Secrets

TOKEN = "11111111-2222-4333-8444-555555555555"
ENVIRONMENT = {"LOGGLY_TOKEN": TOKEN}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, so that sentences name files shortly."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def loaded(text: str = "", *sets: str, environment: dict[str, str] | None = None) -> Config:
    return load(write("bridge.yaml", text), sets, ENVIRONMENT if environment is None else environment)


def refused(text: str = "", *sets: str, environment: dict[str, str] | None = None) -> str:
    """Return the sentence by which a configuration is refused; it never holds a secret."""
    with pytest.raises(ConfigError) as caught:
        loaded(text, *sets, environment=environment)
    sentence = str(caught.value)
    assert "4333" not in sentence
    assert "hunter2" not in sentence
    return sentence


# Layers


def test_defaults_need_only_a_token() -> None:
    config = load(None, [], ENVIRONMENT)
    assert (TOKEN, None, None) == (config.token.reveal(), config.secrets, config.tls)
    assert "https://logs-01.loggly.com" == config.settings.loggly.url


def test_the_file_is_below_the_environment_and_that_below_set() -> None:
    text = "cluster: prod\nloggly: {url: 'http://file', tags: [file]}"
    assert "http://file" == loaded(text).settings.loggly.url
    environment = {**ENVIRONMENT, "LOGGLY_URL": "http://environment"}
    assert "http://environment" == loaded(text, environment=environment).settings.loggly.url
    config = loaded(text, "loggly.url=http://set", "loggly.tags=[set]", environment=environment).settings
    assert ("prod", "http://set", ("set",)) == (config.cluster, config.loggly.url, config.loggly.tags)


def test_an_empty_variable_is_none() -> None:
    assert "http://file" == settings(write("f", "loggly: {url: 'http://file'}"), [], {"LOGGLY_URL": ""}).loggly.url


@pytest.mark.parametrize(
    ("text", "sets", "sentence"),
    [
        ("clutser: prod", [], "bridge.yaml:1: clutser: expected a known key, got 'clutser' - did you mean 'cluster'?"),
        ("forward:\n  port: high", [], "bridge.yaml:2: forward.port: expected a whole number, got the text 'high'"),
        ("", ["forward.port=high"], "--set: forward.port: expected a whole number, got the text 'high'"),
        ("", ["port"], "--set: expected KEY.PATH=VALUE, got 'port' without '=' - write --set cluster.name=prod"),
        ("[]", [], "bridge.yaml:1: expected a map of keys, got a list - write it as key: value"),
        (
            "batch: {max_events: 0}\nretry: {initial: 1}",
            [],
            """\
bridge.yaml:1: batch.max_events: expected more than 0, got 0
bridge.yaml:2: retry.initial: expected a duration with its unit, such as 200ms, 50s or 2m, got 1""",
        ),
    ],
)
def test_everything_wrong_in_the_document_is_told_at_once(text: str, sets: list[str], sentence: str) -> None:
    assert sentence == refused(text, *sets)


def test_a_url_of_the_environment_is_checked_like_another() -> None:
    assert (
        "--set: loggly.url: expected scheme and host, such as https://logs-01.loggly.com, got 'logs-01.loggly.com' - leave out the rest"
        == refused(environment={**ENVIRONMENT, "LOGGLY_URL": "logs-01.loggly.com"})
    )


@pytest.mark.parametrize(("path", "why"), [("none.yaml", "no such file or directory"), (".", "is a directory")])
def test_a_file_that_cannot_be_read(path: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(path, [], ENVIRONMENT)
    assert f"{path} (--config): expected a file to read, got: {why} - check the path" == str(caught.value)


def test_a_file_that_is_not_utf_8() -> None:
    with pytest.raises(ConfigError) as caught:
        load(write("bridge.yaml", b"cluster: \xff"), [], ENVIRONMENT)
    assert "bridge.yaml (--config): expected a file to read, got: bytes that are not UTF-8 - check the path" == str(
        caught.value
    )


# The token


@pytest.mark.parametrize("content", [TOKEN, f"{TOKEN}\n", f"  {TOKEN}\r\n"])
def test_a_file_of_the_token_goes_before_the_environment(content: str) -> None:
    write("token", content)
    config = loaded("loggly: {token_file: token}", environment={"LOGGLY_TOKEN": "other"})
    assert TOKEN == config.token.reveal()


@pytest.mark.parametrize("environment", [{}, {"LOGGLY_TOKEN": ""}, {"LOGGLY_TOKEN": " \n"}])
def test_no_token(environment: dict[str, str]) -> None:
    assert (
        "the environment variable LOGGLY_TOKEN: expected Loggly's customer token, got nothing - "
        "set loggly.token_file to a file that holds it, or LOGGLY_TOKEN"
    ) == refused(environment=environment)


def test_an_empty_file_of_the_token() -> None:
    write("token", "\n")
    assert (
        "token (loggly.token_file): expected Loggly's customer token, got nothing - "
        "set loggly.token_file to a file that holds it, or LOGGLY_TOKEN"
    ) == refused("loggly: {token_file: token}")


def test_no_file_of_the_token() -> None:
    assert (
        "token (loggly.token_file): expected a file to read, got: no such file or directory - check the path"
        == refused("loggly: {token_file: token}")
    )


@pytest.mark.parametrize(
    "token",
    [f"{TOKEN}/", f"{TOKEN}?x", f"{TOKEN}#", f"{TOKEN} {TOKEN}", f"{TOKEN}\n{TOKEN}", f"{TOKEN}é", f"%2f{TOKEN}"],
)
def test_a_token_that_would_change_the_url(token: str) -> None:
    words = "expected a customer token of letters, digits and '-', got other characters - check it"
    assert f"the environment variable LOGGLY_TOKEN: {words}" == refused(environment={"LOGGLY_TOKEN": token})
    write("token", token)
    assert f"token (loggly.token_file): {words}" == refused("loggly: {token_file: token}")


# The handshake


def test_a_shared_key_and_users() -> None:
    write("key", "hunter2 \n")
    write("users", "# who may send\nalice:hunter2\n\nbob:with:colons \n")
    config = loaded("forward: {shared_key_file: key, users_file: users}")
    assert Secrets(b"hunter2 ", {"alice": "hunter2", "bob": "with:colons "}) == config.secrets
    assert Secrets(b"hunter2 ", {}) == loaded("forward: {shared_key_file: key}").secrets
    assert "hunter2" not in repr(config)
    assert TOKEN not in repr(config)


@pytest.mark.parametrize(
    ("key", "users", "sentence"),
    [
        ("\n", "a:b", "key: expected the shared key, got nothing - write it into the file"),
        ("hunter2", "hunter2", "users:1: expected NAME:PASSWORD, got another form - write one user a line"),
        ("hunter2", "a:b\n:hunter2", "users:2: expected NAME:PASSWORD, got another form - write one user a line"),
        ("hunter2", "# none\na:", "users:2: expected NAME:PASSWORD, got another form - write one user a line"),
        (
            "hunter2",
            "# none\n\n",
            "users: expected at least one NAME:PASSWORD, got none - add a user or remove forward.users_file",
        ),
        (
            b"hunter2\xff",
            "a:b",
            "key (forward.shared_key_file): expected a file to read, got: bytes that are not UTF-8 - check the path",
        ),
        (
            "hunter2",
            b"a:hunter2\xff",
            "users (forward.users_file): expected a file to read, got: bytes that are not UTF-8 - check the path",
        ),
    ],
)
def test_what_is_wrong_with_key_or_users(key: str | bytes, users: str | bytes, sentence: str) -> None:
    write("key", key)
    write("users", users)
    assert sentence == refused("forward: {shared_key_file: key, users_file: users}")


def test_the_user_of_another_cluster_is_one_of_the_users() -> None:
    write("key", "hunter2")
    write("users", "alice:hunter2")
    with pytest.raises(ConfigError) as refused:
        loaded("forward: {shared_key_file: key, users_file: users, clusters: [{user: bob, cluster: edge-1}]}")
    assert str(refused.value) == (
        "users: expected 'bob', the user of cluster 'edge-1', got no such line - "
        "add NAME:PASSWORD or change forward.clusters"
    )


def test_files_that_are_not_there() -> None:
    write("key", "hunter2")
    words = "expected a file to read, got: no such file or directory - check the path"
    assert f"nokey (forward.shared_key_file): {words}" == refused("forward: {shared_key_file: nokey}")
    assert f"nousers (forward.users_file): {words}" == refused("forward: {shared_key_file: key, users_file: nousers}")


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificates(folder: Path, authority: trustme.CA) -> None:
    certificate = authority.issue_cert("bridge.example")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    write("cert.pem", b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    authority.cert_pem.write_to_path(folder / "ca.pem")
    trustme.CA().issue_cert("other.example").private_key_pem.write_to_path(folder / "other.pem")
    write("junk.pem", "hunter2")


def tls(cert: str = "cert.pem", key: str = "key.pem", more: str = "") -> str:
    return f"forward: {{tls: {{cert_file: {cert}, key_file: {key}{more}}}}}"


@pytest.mark.usefixtures("certificates")
def test_tls_wants_at_least_1_2_and_no_client_certificate() -> None:
    context = loaded(tls()).tls
    assert context is not None
    assert (ssl.TLSVersion.TLSv1_2, ssl.CERT_NONE) == (context.minimum_version, context.verify_mode)


@pytest.mark.usefixtures("certificates")
def test_tls_with_an_authority_wants_a_client_certificate() -> None:
    context = loaded(tls(more=", client_ca_file: ca.pem")).tls
    assert context is not None
    assert (ssl.CERT_REQUIRED, 1) == (context.verify_mode, len(context.get_ca_certs()))


@pytest.mark.usefixtures("certificates")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            tls("none.pem"),
            "none.pem, key.pem: expected a certificate and its key in PEM, got: no such file or directory - check both files",
        ),
        (
            tls(key="other.pem"),
            "cert.pem, other.pem: expected a certificate and its key in PEM, got: key values mismatch - check both files",
        ),
        (
            tls("junk.pem"),
            "junk.pem, key.pem: expected a certificate and its key in PEM, got: no PEM - check both files",
        ),
        (
            tls(key="junk.pem"),
            "cert.pem, junk.pem: expected a certificate and its key in PEM, got: no PEM - check both files",
        ),
        (
            tls(more=", client_ca_file: junk.pem"),
            "junk.pem: expected certificates in PEM, got: no certificate or crl found - check the file",
        ),
        (
            tls(more=", client_ca_file: none.pem"),
            "none.pem: expected certificates in PEM, got: no such file or directory - check the file",
        ),
    ],
)
def test_what_is_wrong_with_certificates(text: str, sentence: str) -> None:
    assert sentence == refused(text)


RULES = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"


def test_a_filter_may_have_a_policy_a_preset_or_stages_alone() -> None:
    assert None is loaded().policy
    write("policy.yaml", RULES)
    found = loaded("filter: {policy_file: policy.yaml, omit_stages: [Panic]}")
    expected = Policy((Rule("Metadata", line=4),), ("Panic",), version="1.37", name="policy.yaml")
    assert (expected, ()) == (found.policy, found.warnings)
    assert with_stages(None, ["Panic"]) == loaded("filter: {omit_stages: [Panic]}").policy
    preset = loaded("filter: {policy_file: cis}").policy
    assert preset is not None
    assert "cis" == preset.name
    write("cis", RULES)
    assert 1 == len((loaded("filter: {policy_file: cis}").policy or preset).rules)


def test_what_an_api_server_refuses_is_refused_and_what_it_ignores_is_told() -> None:
    write("policy.yaml", f"{RULES}  verb: [get]\n")
    sentence = "policy.yaml:5: rules[0].verb: expected a known key, got 'verb' - did you mean 'verbs'?"
    assert (sentence,) == loaded("filter: {policy_file: policy.yaml}").warnings
    write("policy.yaml", "apiVersion: audit.k8s.io/v1\nrules: [{users: [a]}]\n")
    assert refused("filter: {policy_file: policy.yaml}") == (
        "policy.yaml:2: rules[0].level: expected a value, got nothing - add it"
    )
    assert refused("filter: {policy_file: none.yaml}") == (
        "none.yaml (filter.policy_file): expected a file to read, got: no such file or directory - check the path"
    )


def test_sinks_have_their_secrets_and_name_rules_that_are_told() -> None:
    write("hook", "https://hooks.example.com/T0/secret\n")
    sink = "notify: [{name: team, type: slack, url_file: hook, rules: [exec]}]"
    [found] = loaded(sink).sinks
    assert ("team", "https://hooks.example.com/T0/secret") == (found.sink.name, found.address.url.reveal())
    assert (
        "(configuration): notify[0].rules[0]: expected the name of a rule, got 'exek' - did you mean 'exec'?"
    ) == refused(sink.replace("exec", "exek"))
    write("hook", "no address")
    assert (
        "hook (notify[0].url_file): expected an address that begins with https:// or http://, got something else"
        " - write the whole address"
    ) == refused(sink)
