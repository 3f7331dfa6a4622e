# tests/integration/soft_token.py - a PKCS#11 token of SoftHSM with a key that cannot leave it, and the key's certificate.
import os
import shutil
import subprocess

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
MODULE = next((path for path in MODULES if os.path.exists(path)), None)
PIN = "483921"


def is_possible():
    """softhsm2, opensc and libengine-pkcs11-openssl are installed."""
    return (MODULE is not None and all(map(shutil.which, ("softhsm2-util", "pkcs11-tool", "openssl")))
            and subprocess.run(["openssl", "engine", "pkcs11"], capture_output=True).returncode == 0)


def make_token(directory):
    """Returns: (certificate, URI of its key with the PIN in a file, environment in which the token is found)."""
    config, certificate, pin = (os.path.join(directory, name) for name in ("softhsm2.conf", "token.pem", "pin"))
    os.mkdir(os.path.join(directory, "tokens"))
    with open(config, "w") as f:
        f.write(f"directories.tokendir = {directory}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    with open(pin, "w") as f:
        f.write(PIN + "\n")
    environment = {"SOFTHSM2_CONF": config}

    def run(*words):
        subprocess.run(words, check=True, capture_output=True, env={**os.environ, **environment, "PKCS11_MODULE_PATH": MODULE})
    run("softhsm2-util", "--init-token", "--free", "--label", "SO-KY", "--pin", PIN, "--so-pin", "77889900")
    run("pkcs11-tool", "--module", MODULE, "--token-label", "SO-KY", "--login", "--pin", PIN, "--keypairgen", "--key-type", "EC:prime256v1",
        "--id", "01", "--label", "ky-so")
    run("openssl", "req", "-x509", "-new", "-engine", "pkcs11", "-keyform", "engine", "-days", "2", "-subj", "/O=UBND/CN=ky-so",
        "-key", f"pkcs11:token=SO-KY;object=ky-so;pin-value={PIN}", "-out", certificate)
    return certificate, f"pkcs11:token=SO-KY;object=ky-so?module-path={MODULE}&pin-source=file:{pin}", environment
