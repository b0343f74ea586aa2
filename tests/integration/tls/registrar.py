"""Registrars over TLS that do what a test wants, each on a thread."""
import pathlib
import re
import socket
import ssl
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))
from sip import header, reply  # noqa: E402


def _answer(text):
    contact = re.sub(r"(>|$)", r"\1;expires=60", header(text, "Contact"),
                     count=1)
    gone = header(text, "Expires") == "0"
    return reply(text, "200 OK", extra="" if gone else
                 f"Contact: {contact}\r\n").encode()


class Registrar:
    """Accepts until closed; `sip` holds what it was sent within TLS, `plain`
    what came outside of it, `names` the server name of each handshake."""

    def __init__(self, cert=None, key=None, *, client_ca=None, version=None,
                 plain=None, drop_after=None, rude=False):
        self.sip, self.plain = b"", b""
        self.names, self.clients, self.failed = [], [], []
        self.greeting, self.drop_after = plain, drop_after
        self.rude = rude
        self.context = self._context(cert, key, client_ca, version)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections = 0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def _context(self, cert, key, client_ca, version):
        if not cert:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if version:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = version
        context.load_cert_chain(cert, key)
        context.sni_callback = lambda sock, name, ctx: \
            self.names.append(name)
        if client_ca:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_ca)
        return context

    def _accept(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(conn,),
                                      daemon=True)
            self.threads.append(thread)
            thread.start()

    def _serve(self, conn):
        conn.settimeout(10)
        tls = conn
        try:
            if self.greeting is not None:
                self.plain += conn.recv(4096)
                conn.sendall(self.greeting)
                return
            tls = self.context.wrap_socket(
                conn, server_side=True, do_handshake_on_connect=False)
            tls.do_handshake()
            self._talk(tls)
        except (ssl.SSLError, OSError) as error:
            self.failed.append(str(error))
            if not self.rude:
                self._hear_out(tls)
        finally:
            tls.close()

    @staticmethod
    def _hear_out(conn):
        """What is unread at a close resets the connection, and the alert
        before it is lost."""
        try:
            conn.shutdown(socket.SHUT_WR)
            conn.settimeout(2)
            while conn.recv(4096):
                pass
        except OSError:
            pass

    def _talk(self, tls):
        self.clients.append(tls.getpeercert() and dict(
            pair for part in tls.getpeercert()["subject"] for pair in part))
        text = b""
        while data := tls.recv(4096):
            with self.lock:
                self.sip += data
            text += data
            while b"\r\n\r\n" in text:
                one, text = text.split(b"\r\n\r\n", 1)
                tls.sendall(_answer(one.decode() + "\r\n"))
                if self.drop_after:
                    self.drop_after -= 1
                    if not self.drop_after:
                        return

    def close(self):
        # wakes accept() on Linux
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
