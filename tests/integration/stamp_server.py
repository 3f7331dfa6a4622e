# tests/integration/stamp_server.py - a time-stamp authority (RFC 3161 over HTTP) out of `openssl ts`, and its certificates.
import http.server
import os
import subprocess
import threading

CONFIG = """[req]
distinguished_name = name
[name]
[tsa_ext]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = tsa1
[tsa1]
serial = {dir}/serial
crypto_device = builtin
signer_cert = {dir}/tsa.pem
certs = {dir}/ca.pem
signer_key = {dir}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
"""


def openssl(*words, **options):
    return subprocess.run(["openssl", *words], check=True, capture_output=True, **options).stdout


def make_certificate(directory, name, *more):
    """A self-signed one: @name.pem and @name.key."""
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{directory}/{name}.key",
            "-out", f"{directory}/{name}.pem", *more)
    return f"{directory}/{name}.pem", f"{directory}/{name}.key"


class StampServer:
    """A context manager; @url, @ca: its authority's certificate, @requests: answered."""

    def __init__(self, directory):
        self.config = os.path.join(directory, "tsa.cnf")
        with open(self.config, "w") as f:
            f.write(CONFIG.format(dir=directory))
        with open(os.path.join(directory, "serial"), "w") as f:
            f.write("01\n")
        self.ca, ca_key = make_certificate(directory, "ca")
        openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=tsa", "-keyout", f"{directory}/tsa.key", "-out",
                f"{directory}/tsa.csr")
        openssl("x509", "-req", "-in", f"{directory}/tsa.csr", "-CA", self.ca, "-CAkey", ca_key, "-days", "2", "-set_serial", "2",
                "-extfile", self.config, "-extensions", "tsa_ext", "-out", f"{directory}/tsa.pem")
        self.requests = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                query = os.path.join(directory, "query.tsq")
                with open(query, "wb") as f:
                    f.write(self.rfile.read(int(self.headers["Content-Length"])))
                reply = openssl("ts", "-reply", "-config", outer.config, "-queryfile", query)
                outer.requests += self.headers["Content-Type"] == "application/timestamp-query"
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
