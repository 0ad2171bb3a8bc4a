"""TLS with clients: on the port they know, beside those that speak in the clear."""
import shutil
import socket
import ssl
import struct
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from jute import CREATE, GET_DATA, WHO_AM_I, Closed, Link, connect_request, create_body, request, text
from support import PATIENCE, Server, quorate

SUBJECT = "CN=client,O=Quorate"


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


class Certificates:
    """A server's, one of who vouches for clients, and a client's."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="quorate-tls-"))
        self.make_own("server", "localhost")
        self.make_own("authority", "authority")
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl("req", *key, "-keyout", self.key("client"), "-out", self.folder / "client.csr", "-subj", "/O=Quorate/CN=client")
        openssl("x509", "-req", "-in", self.folder / "client.csr", "-CA", self.pem("authority"), "-CAkey", self.key("authority"),
                "-CAcreateserial", "-out", self.pem("client"), "-days", "2")

    def make_own(self, name: str, common_name: str) -> None:
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.key(name),
                "-out", self.pem(name), "-subj", f"/CN={common_name}", "-days", "2", "-addext", "subjectAltName=DNS:localhost")

    def pem(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def context(self, client: bool = False) -> ssl.SSLContext:
        """Of a client, which believes the server's certificate as it is now."""
        context = ssl.create_default_context(cafile=str(self.pem("server")))
        if client:
            context.load_cert_chain(self.pem("client"), self.key("client"))
        return context


class SecureLink(Link):
    def __init__(self, port: int, context: ssl.SSLContext):
        super().__init__(port)
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def ask(self, xid: int, opcode: int, body: bytes = b"") -> tuple[int, bytes]:
        """Error and body of the reply."""
        self.send(request(xid, opcode, body))
        payload = self.receive()
        return struct.unpack_from(">i", payload, 12)[0], payload[16:]

    def greet(self) -> None:
        self.send(connect_request())
        if struct.unpack_from(">iiq", self.receive())[2] == 0:
            raise AssertionError("no session was given")


class Tls(unittest.TestCase):
    def setUp(self) -> None:
        self.certificates = Certificates()
        self.addCleanup(shutil.rmtree, self.certificates.folder)

    def server(self, *options: str, host: str = "127.0.0.1") -> Server:
        server = Server("--tls-certificate-file", str(self.certificates.pem("server")), "--tls-key-file",
                        str(self.certificates.key("server")), *options)
        server.host = host
        self.addCleanup(server.discard)
        return server.start()

    def secure(self, server: Server, client: bool = False) -> SecureLink:
        link = SecureLink(server.port, self.certificates.context(client))
        self.addCleanup(link.close)
        return link

    def test_the_same_port_speaks_tls_and_in_the_clear(self):
        server = self.server()
        data = b"x" * 200_000
        link = self.secure(server)
        link.greet()
        self.assertEqual(link.socket.version(), "TLSv1.3")
        self.assertEqual(link.ask(1, CREATE, create_body("/a", data))[0], 0)
        error, body = link.ask(2, GET_DATA, text("/a") + b"\0")
        self.assertEqual((error, body[4:4 + len(data)]), (0, data))

        self.assertEqual(quorate(server, "get", "/a").stdout.strip(), data.decode())

    def test_four_letter_words_are_answered_within_it(self):
        server = self.server("--four-letter-words", "*")
        for word, begins in ((b"ruok", b"imok"), (b"dump", b"SessionTracker dump:\n"), (b"dirs", b"datadir_size: ")):
            with self.subTest(word):
                link = self.secure(server)
                link.socket.sendall(word)
                said = b""
                while chunk := link.socket.recv(65536):
                    said += chunk
                self.assertTrue(said.startswith(begins), said)

    def test_a_certificate_is_an_identity_and_may_be_demanded(self):
        server = self.server("--tls-client-ca-file", str(self.certificates.pem("authority")))
        link = self.secure(server, client=True)
        link.greet()
        self.assertIn(SUBJECT.encode(), link.ask(1, WHO_AM_I)[1])

        with self.assertRaises((ssl.SSLError, ConnectionError, Closed)):
            stranger = self.secure(server)
            stranger.greet()

    def test_a_renewed_certificate_is_taken_up_without_a_restart(self):
        server = self.server()
        link = self.secure(server)
        link.greet()
        before = link.socket.getpeercert(binary_form=True)
        self.certificates.make_own("server", "localhost")
        server.wait_for_line("certificates_reloaded")

        renewed = self.secure(server)
        renewed.greet()
        self.assertNotEqual(renewed.socket.getpeercert(binary_form=True), before)
        self.assertEqual(link.ask(1, WHO_AM_I)[0], 0)

        self.certificates.pem("server").write_text("broken")
        server.wait_for_line("certificates_not_reloaded")

    def test_half_a_handshake_is_closed_in_time_and_garbage_at_once(self):
        server = self.server("--handshake-timeout-ms", "1000")
        waiting = Link(server.port)
        self.addCleanup(waiting.close)
        waiting.send(b"\x16\x03\x01\x02\x00\x01")
        garbage = Link(server.port)
        self.addCleanup(garbage.close)
        garbage.send(b"\x16\x03\x01\x00\x40" + b"x" * 64)

        self.assertEqual(garbage.rest()[:1], b"\x15", "an alert says why")
        self.assertEqual(waiting.rest(), b"")
        self.assertEqual(quorate(server, "ls", "/").returncode, 0)

    def test_whoever_comes_from_elsewhere_must_speak_tls_if_that_is_required(self):
        address = own_address()
        if address is None:
            self.skipTest("this machine has no address but the loopback's")
        server = self.server("--tls-required", host="0.0.0.0")
        self.assertEqual(quorate(server, "ls", "/").returncode, 0)
        with socket.create_connection((address, server.port), timeout=PATIENCE) as plain:
            plain.sendall(connect_request())
            self.assertEqual(plain.recv(1), b"")
        context = self.certificates.context()
        deadline = time.monotonic() + PATIENCE
        with socket.create_connection((address, server.port), timeout=PATIENCE) as raw:
            with context.wrap_socket(raw, server_hostname="localhost") as link:
                link.sendall(connect_request())
                answer = b""
                while len(answer) < 41 and time.monotonic() < deadline:
                    answer += link.recv(100)
        self.assertNotEqual(struct.unpack_from(">iiiq", answer)[3], 0)

    def test_files_that_cannot_be_used_end_the_start_and_are_named(self):
        server = Server("--tls-certificate-file", str(self.certificates.pem("server")), "--tls-key-file",
                        str(self.certificates.key("authority")))
        self.addCleanup(server.discard)
        server.start(wait=False)
        self.assertEqual(server.wait_for_end(), 1)
        self.assertIn("authority.key: a key in PEM, without a password, of the certificate in", server.tail())


def own_address() -> str | None:
    """Of this machine, on some network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # Sends nothing.
            address = probe.getsockname()[0]
        except OSError:
            return None
    return None if address.startswith("127.") else address


if __name__ == "__main__":
    unittest.main()
