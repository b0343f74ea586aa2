"""Trunks over TLS from Python and in `trunk check`, against registrars with
certificates of a CA that is made here."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import ssl
import sys
import threading

import pytest

from conftest import OFFICE, SOURCE

try:
    from trunkwise.trunks import Trunks
except NotImplementedError as absent:
    pytest.skip(f"no SIP part: {absent}", allow_module_level=True)

sys.path.insert(0, str(SOURCE / "tests/integration/tls"))
from authority import Authority  # noqa: E402
from registrar import Registrar  # noqa: E402

if not shutil.which("openssl"):
    pytest.skip("the openssl command is not installed",
                allow_module_level=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority("openssl", str(tmp_path_factory.mktemp("ca")), "ca")


@pytest.fixture
def serve(authority):
    opened = []

    def make(name, names, **more):
        opened.append(Registrar(*authority.issue(name, names=names), **more))
        return opened[-1]

    yield make
    for registrar in opened:
        registrar.close()


def uri(registrar):
    return f"sip:localhost:{registrar.port};transport=tls"


def first(trunks, *states):
    return next(e for e in trunks.events(10) if e.state in states)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def test_registers(authority, serve):
    registrar = serve("good", "DNS:localhost")
    with Trunks(ca=read(authority.ca)) as trunks:
        trunk = trunks.add(name="main", registrar=uri(registrar), user="u")
        trunk.start()
        event = first(trunks, "registered")
        assert event.tls == "verified"
        assert event.target == f"tls:127.0.0.1:{registrar.port}"
        status = trunk.status
        assert status.tls == "verified"
        assert status.certificate_until.year == 2045
        assert trunks.snapshot()[0].certificate_until.year == 2045
        assert "certificate_expiry" in trunks.metrics()
    assert registrar.names == ["localhost"]


def test_the_trunks_ca_counts(authority, serve, tmp_path):
    other = Authority("openssl", str(tmp_path), "other")
    registrar = serve("good", "DNS:localhost")
    with Trunks(ca=read(authority.ca)) as trunks:
        trunks.add(name="main", registrar=uri(registrar), user="u",
                   ca=read(other.ca)).start()
        event = first(trunks, "refused")
    assert "unknown CA" in event.reason
    assert not registrar.sip


def test_our_certificate(authority, serve):
    registrar = serve("server", "DNS:localhost", client_ca=authority.ca)
    cert, key = authority.issue("ours", common_name="customer 42")
    with Trunks(ca=read(authority.ca)) as trunks:
        trunks.add(name="main", registrar=uri(registrar), user="u",
                   cert=read(cert), key=read(key)).start()
        first(trunks, "registered")
    assert registrar.clients[0]["commonName"] == "customer 42"


def test_bad_options(authority):
    with Trunks() as trunks:
        for options, field in (({"ca": b"x"}, "ca"),
                               ({"cert": read(authority.ca)}, "key"),
                               ({"key": b"x"}, "cert"),
                               ({"ca": b"x", "verify": False}, "ca")):
            with pytest.raises(ValueError) as error:
                trunks.add(name="main", user="u", **options,
                           registrar="sip:localhost;transport=tls")
            assert error.value.field == field
        with pytest.raises(TypeError, match="PEM"):
            trunks.add(name="main", registrar="sip:localhost;transport=tls",
                       user="u", ca="text")
        with pytest.raises(ValueError, match="transport=tls"):
            trunks.add(name="main", registrar="sip:localhost", user="u",
                       verify=False)


def test_update_makes_another_binding(authority, serve):
    registrar = serve("good", "DNS:localhost")
    with Trunks(ca=read(authority.ca)) as trunks:
        trunk = trunks.add(name="main", registrar=uri(registrar), user="u")
        trunk.start()
        first(trunks, "registered")
        assert trunk.update(registrar=uri(registrar), user="u",
                            verify=False) == "binding"
        assert first(trunks, "registered").tls == "unverified"


# ---- trunk check ----

@pytest.fixture
def check(office, command, authority):
    shutil.copy(authority.ca, office / "ca.pem")

    def run(registrar, extra, *arguments, status):
        (office / "deployment.toml").write_text(
            OFFICE + '\n[[trunk]]\nname = "main"\ncarrier = "north"\n'
            f'registrar = "{registrar}"\nuser = "u"\n{extra}\n')
        return command("trunk", "check", office / "deployment.toml",
                       *arguments, check=status)
    return run


def test_check_verified(check, serve):
    result = check(uri(serve("good", "DNS:localhost")), 'ca_file = "ca.pem"',
                   "--json", status=0)
    line = json.loads(result.out)
    assert (line["state"], line["tls"]) == ("registered", "verified")


@contextlib.contextmanager
def within_tls(authority, talk):
    """Whoever connects is handed to `talk` once TLS stands."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("other", names="DNS:localhost"))
    with socket.create_server(("127.0.0.1", 0)) as s:
        def run():
            with contextlib.suppress(OSError):
                peer = context.wrap_socket(s.accept()[0], server_side=True)
                with peer:
                    talk(peer)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"sip:localhost:{s.getsockname()[1]};transport=tls"
        finally:
            thread.join()


def _web(peer):
    if peer.recv(65535):
        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n"
                     b"Content-Length: 0\r\n\r\n")


def _mail(peer):
    peer.sendall(b"220 mail\r\n")
    peer.recv(65535)


def _mute(peer):
    while peer.recv(65535):
        pass


@pytest.mark.parametrize("talk, words, answer", [
    (_web, 'not SIP: "HTTP/1.1 400 Bad Request"', False),
    (_mail, "not a SIP server", False),
    (_mute, "stands, but no SIP answer", None)])
def test_check_of_what_is_no_sip_within_tls(talk, words, answer, check,
                                            authority):
    """The certificate came, so TLS is not the cause."""
    with within_tls(authority, talk) as where:
        line = json.loads(check(where, 'ca_file = "ca.pem"', "--json",
                                "--seconds", "2", status=1).out)
    assert words in line["text"] and "certificate" not in line["text"]
    assert line["code"] == 0 and line["tls"] == "verified"
    steps = {step["step"]: step["ok"] for step in line["steps"]}
    assert (steps["transport"], steps["tls"]) == (True, True)
    assert steps["answer"] is answer


def test_directory_for_a_list(check, serve, office):
    (office / "dir.pem").mkdir()
    for extra, key in (('ca_file = "dir.pem"', "ca_file"), (
            'ca_file = "ca.pem"\ncrl_file = "dir.pem"', "crl_file")):
        result = check("sip:localhost:9;transport=tls", extra, status=2)
        assert f"trunk[0].{key}: " in result.err
        assert f"{office / 'dir.pem'} is not a regular file" in result.err


@pytest.mark.parametrize("names, extra, words", [
    ("DNS:carrier.test", 'ca_file = "ca.pem"', "Another server answers"),
    ("DNS:localhost", "", "name it as ca_file"),
])
def test_check_names_the_mend(names, extra, words, check, serve):
    registrar = serve("one", names)
    line = json.loads(check(uri(registrar), extra, "--json", status=1).out)
    assert line["state"] == "refused"
    assert words in line["text"]
    assert not registrar.sip


def test_check_is_loud_without_verification(check, serve):
    registrar = serve("one", "DNS:carrier.test")
    for lang, words in (("en", "NOBODY CHECKED"), ("ru", "НИКТО НЕ")):
        result = check(uri(registrar), "verify = false", "--lang", lang,
                       status=0)
        assert words in result.out
        assert "tls-unverified:127.0.0.1:" in result.out


def test_check_our_certificate(check, serve, authority, office):
    registrar = serve("server", "DNS:localhost", client_ca=authority.ca)
    cert, key = authority.issue("ours", common_name="customer 42")
    shutil.copy(cert, office / "us.pem")
    shutil.copy(key, office / "us.key")
    (office / "us.key").chmod(0o644)
    result = check(uri(registrar), 'ca_file = "ca.pem"\n'
                   'cert_file = "us.pem"\nkey_file = "us.key"', "--json",
                   status=0)
    assert json.loads(result.out)["state"] == "registered"
    assert "us.key can be read by others" in result.err
    line = json.loads(check(uri(registrar), 'ca_file = "ca.pem"', "--json",
                            status=1).out)
    assert "cert_file" in line["text"]


OURS = 'ca_file = "ca.pem"\ncert_file = "us.pem"\n'


def test_key_from_elsewhere(check, serve, authority, office, monkeypatch):
    """As passwords: an environment variable, or a systemd credential."""
    registrar = serve("server", "DNS:localhost", client_ca=authority.ca)
    cert, key = authority.issue("ours", common_name="customer 42")
    shutil.copy(cert, office / "us.pem")
    (office / "given").mkdir()
    shutil.copy(key, office / "given/us-key")
    monkeypatch.setenv("US_KEY", read(key).decode())
    monkeypatch.setenv("BAD_KEY", "no key")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(office / "given"))
    for extra in ('key_env = "US_KEY"', 'key_credential = "us-key"'):
        result = check(uri(registrar), OURS + extra, "--json", status=0)
        assert json.loads(result.out)["state"] == "registered"
        assert result.err == ""
        assert "PRIVATE" not in result.out
    for extra, field, words in (
            ('key_env = "NOT_SET"', "key_env", "is not set"),
            ('key_env = "BAD_KEY"', "key_env", "not a private key"),
            ('key_credential = "../us-key"', "key_credential", "leaves its"),
            ('key_credential = "none"', "key_credential", "cannot read"),
            ('key_env = "US_KEY"\nkey_file = "k"', "key_env", "exclude")):
        result = check(uri(registrar), OURS + extra, "--json", status=2)
        error = json.loads(result.out)["error"]
        assert error["field"] == f"trunk[0].{field}", error
        assert words in error["message"]
    check(uri(registrar), 'key_env = "US_KEY"', status=2)


def test_revocation(check, serve, authority, office):
    registrar = serve("kept", "DNS:localhost")
    gone = serve("gone", "DNS:localhost")
    authority.revoke(authority.path("gone", "pem"))
    shutil.copy(authority.crl("now"), office / "list.pem")
    extra = 'ca_file = "ca.pem"\ncrl_file = "list.pem"'
    check(uri(registrar), extra, status=0)
    line = json.loads(check(uri(gone), extra, "--json", status=1).out)
    assert line["state"] == "refused"
    assert "was taken back" in line["text"]
    shutil.copy(authority.crl("old", ("20200101000000Z", "20210101000000Z")),
                office / "list.pem")
    for lang, words in (("en", "put them into crl_file"),
                        ("ru", "не отозван ли")):
        line = json.loads(check(uri(registrar), extra, "--json", "--lang",
                                lang, status=1).out)
        assert line["state"] == "refused"
        assert words in line["text"] and "2021-01-01" in line["text"]
        steps = {s["step"]: s for s in line["steps"]}
        assert steps["transport"]["ok"] is True
        assert steps["tls"]["ok"] is False
        assert "revocation list" in steps["tls"]["detail"]
    assert not gone.sip
    with Trunks() as trunks:
        with pytest.raises(ValueError) as error:
            trunks.add(name="main", user="u", verify=False, crl=b"x",
                       registrar="sip:localhost;transport=tls")
        assert error.value.field == "crl"


def test_word_of_the_ca(check, serve):
    """This registrar staples none; what comes of each is in the unit test
    tls_staple."""
    registrar = serve("plain", "DNS:localhost")
    check(uri(registrar), 'ca_file = "ca.pem"\nmust_staple = false', status=0)
    before = len(registrar.sip)
    for lang, words in (("en", "does not prove"), ("ru", "не доказывает")):
        line = json.loads(check(
            uri(registrar), 'ca_file = "ca.pem"\nmust_staple = true',
            "--json", "--lang", lang, status=1).out)
        assert line["state"] == "refused" and words in line["text"]
        assert "must_staple" in line["text"]
    assert len(registrar.sip) == before
    with Trunks() as trunks:
        for extra in ({"verify": False}, {"registrar": "sip:localhost"}):
            with pytest.raises(ValueError) as error:
                trunks.add(**{"name": "main", "user": "u", "registrar":
                              "sip:localhost;transport=tls",
                              "must_staple": True, **extra})
            assert error.value.field == "must_staple"
        with pytest.raises(TypeError, match="neither True nor False"):
            trunks.add(name="main", user="u", must_staple=1,
                       registrar="sip:localhost;transport=tls")


@pytest.mark.parametrize("extra, field, words", [
    ('must_staple = true\nverify = false', "must_staple",
     "nothing is verified"),
    ('ca_file = "none.pem"', "ca_file", "cannot read"),
    ('ca_file = "../ca.pem"', "ca_file", "leaves its directory"),
    ('ca_file = "empty.pem"', "ca_file", "is empty"),
    ('ca_file = "deployment.toml"', "ca_file", "no certificate in PEM"),
    ('crl_file = "ca.pem"', "crl_file", "no revocation list in PEM"),
    ('verify = false\ncrl_file = "ca.pem"', "crl_file", "nothing is verified"),
    ('cert_file = "ca.pem"\nkey_file = "ca.pem"', "key_file", "private key"),
])
def test_check_bad_files(extra, field, words, check, office):
    (office / "empty.pem").write_text("")
    result = check("sip:localhost;transport=tls", extra, "--json", status=2)
    error = json.loads(result.out)["error"]
    assert error["field"] == f"trunk[0].{field}"
    assert words in error["message"]


def test_sips_is_refused_with_the_mend(check):
    result = check("sips:localhost", "", status=2)
    assert "sip" in result.err
