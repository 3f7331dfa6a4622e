# tests/integration/test_ctl.py - `diemcau ctl` drives the bridge from a shell: answers, refusals, files, event streams.
import json
import os
import subprocess
import time
import unittest

from bridge import BRIDGE, Bridge
from test_api import OFFER


class Ctl(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bridge = Bridge(sites=3)
        cls.bridge.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.bridge.__exit__(None, None, None)

    def environment(self, key):
        return {**os.environ, "DIEMCAU_URL": self.bridge.url, "DIEMCAU_KEY": key or "", "LANG": "C.UTF-8"}

    def ctl(self, *arguments, key=None, code=0, stdin=None):
        environment = self.environment(key)
        if key is None:
            del environment["DIEMCAU_KEY"]
        done = subprocess.run([BRIDGE, "ctl", *arguments], env=environment, capture_output=True, text=True, timeout=60, input=stdin)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done

    def json(self, *arguments, **options):
        return json.loads(self.ctl(*arguments, **options).stdout)

    def test_it_reads_and_changes(self):
        hub = self.bridge.key("hub")
        self.assertEqual(self.json("describeProblem", "bad-sdp")["status"], 400)
        self.assertEqual([room["id"] for room in self.json("rooms", key=hub)["rooms"]], ["tiep-dan"])
        self.assertEqual(self.json("give-floor", "tiep-dan", "--site", "site-1", key=hub)["floor"], "site-1")
        self.assertIsNone(self.json("giveFloor", "tiep-dan", "--site", "null", key=hub)["floor"])
        self.assertIsNone(self.json("giveFloor", "tiep-dan", "--json", "-", key=hub, stdin='{"site": null}')["floor"])
        state = self.json("setLayout", "tiep-dan", "--layout=spotlight", "--main", "site-2", key=hub)
        self.assertEqual(state["layout"]["main"], "site-2")
        self.assertEqual(self.json("--key", self.bridge.key("site-1"), "whoAmI")["site"], "site-1")
        self.assertEqual(self.json("login", "--key", hub)["role"], "chair")

    def test_refusals_are_clear_and_have_their_exit_code(self):
        hub, site = self.bridge.key("hub"), self.bridge.key("site-1")
        done = self.ctl("setLayout", "tiep-dan", "--layout", "grid", key=site, code=4)
        self.assertEqual(json.loads(done.stdout)["status"], 403)
        self.assertIn("setLayout: 403 Not allowed", done.stderr)
        self.assertIn("401", self.ctl("room", "tiep-dan", code=4).stderr)
        self.assertIn("401", self.ctl("room", "tiep-dan", key="wrong", code=4).stderr)
        self.assertIn("404", self.ctl("room", "khac", key=hub, code=4).stderr)
        self.assertIn("400", self.ctl("join", "tiep-dan", "--file", "-", key=hub, code=4, stdin="v=0").stderr)
        self.assertIn("no operation", self.ctl("noSuchThing", code=64).stderr)
        self.assertIn("ROOM", self.ctl("room", code=64).stderr)
        self.assertIn("--layout", self.ctl("setLayout", "tiep-dan", "--lay", "grid", code=64).stderr)
        self.assertIn("boolean", self.ctl("setSession", "tiep-dan", "--open", "maybe", code=64).stderr)
        self.assertIn("needs a value", self.ctl("setSession", "tiep-dan", "--open", code=64).stderr)
        self.assertIn("no such option", self.ctl("--none", "rooms", code=64).stderr)
        self.assertIn("begins with http", self.ctl("--url", "ftp://x", "rooms", code=64).stderr)
        self.ctl("--url", "http://127.0.0.1:1", "getOpenApi", code=69)
        self.ctl("--url", f"https://127.0.0.1:{self.bridge.https_port}", "getOpenApi", code=69)  # whose certificate?
        self.ctl("--url", f"https://127.0.0.1:{self.bridge.https_port}", "--insecure", "getOpenApi")
        certificate = os.path.join(self.bridge.dir, "state/https-certificate.pem")
        self.ctl("--url", f"https://127.0.0.1:{self.bridge.https_port}/", "--cacert", certificate, "getOpenApi")
        self.assertIn("/nonexistent/x", self.ctl("getOpenApi", "--output", "/nonexistent/x", code=73).stderr)

    def test_media_is_joined_from_a_file_and_left(self):
        site = self.bridge.key("site-1")
        offer, answer = (os.path.join(self.bridge.dir, name) for name in ("offer.sdp", "answer.sdp"))
        with open(offer, "w", newline="") as f:
            f.write(OFFER)
        self.ctl("join", "tiep-dan", "--file", offer, "--output", answer, key=site)
        with open(answer) as f:
            self.assertTrue(f.read().startswith("v=0"))
        media = next(p["media"] for p in self.json("stats", "tiep-dan", key=self.bridge.key("hub"))["peers"] if p["site"] == "site-1")
        self.assertEqual(self.ctl("leave", media, key=site).stdout, "")
        self.ctl("leave", media, key=site, code=4)

    def test_help_has_every_call(self):
        text = self.ctl("--help").stdout
        _, document, _ = self.bridge.request("GET", "/v1/openapi.json")
        names = [operation["operationId"] for item in document["paths"].values() for method, operation in item.items()
                 if method != "parameters"]
        self.assertGreater(len(names), 20)
        for name in names:
            dashed = "".join("-" + c.lower() if c.isupper() else c for c in name)
            self.assertRegex(text, rf"(?m)^  {dashed}( |$)")
            self.assertIn("diemcau ctl " + dashed, self.ctl(name, "--help").stdout)

    def test_events_are_followed_over_a_restart(self):
        hub = self.bridge.key("hub")
        with Bridge(sites=2) as bridge:
            hub = bridge.key("hub")
            environment = {**os.environ, "DIEMCAU_URL": bridge.url, "DIEMCAU_KEY": hub}
            follower = subprocess.Popen([BRIDGE, "ctl", "events", "tiep-dan"], env=environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
            try:
                first = json.loads(follower.stdout.readline())
                self.assertEqual((first["event"], first["data"]["room"]), ("room", "tiep-dan"))
                bridge.request("POST", "/v1/rooms/tiep-dan/floor", {"site": "site-1"}, hub)
                second = json.loads(follower.stdout.readline())
                self.assertEqual(second["data"]["floor"], "site-1")
                self.assertGreater(int(second["id"]), int(first["id"]))
                self.assertEqual(bridge.stop(), 0)
                time.sleep(0.3)
                bridge.start()
                third = json.loads(follower.stdout.readline())
                self.assertIsNone(third["data"]["floor"])
                key_id = json.loads(subprocess.run([BRIDGE, "--config", bridge.config, "key", "list", "--json"], check=True,
                                                   capture_output=True, text=True).stdout)[0]["id"]
                subprocess.run([BRIDGE, "--config", bridge.config, "key", "revoke", key_id], check=True, stdout=subprocess.DEVNULL)
                self.assertEqual(follower.wait(30), 4)  # a revoked key follows no more
                self.assertIn("401", follower.stderr.read())
            finally:
                follower.kill()
                follower.stdout.close()
                follower.stderr.close()
        counted = self.ctl("events", "tiep-dan", "--count", "1", key=self.bridge.key("hub"))
        self.assertEqual(len(counted.stdout.splitlines()), 1)
        self.ctl("events", "tiep-dan", key="wrong", code=4)


if __name__ == "__main__":
    unittest.main()
