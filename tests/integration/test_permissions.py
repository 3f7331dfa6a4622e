# tests/integration/test_permissions.py - every call of the API by every role: let through, or refused with 401 or 403.
#
# What is expected stands in the served openapi.json: `x-roles` of each operation, and `x-own` for the roles that
# may touch only what is their own. tests/mcu/test_openapi.c holds it against the route tables, so a new call
# cannot be forgotten; here the running bridge is asked. A call that is let through but is malformed is let through.
import http.client
import json
import subprocess
import time
import unittest

from bridge import BRIDGE, Bridge
from test_api import MEDIA, OFFER, SDP

METHODS = ("get", "put", "post", "patch", "delete")
# Who calls: the role as in x-roles, and the site.
CALLERS = ("chair", "site-1", "site-2", "technician", "clerk", "clerk-restricted", "viewer", "viewer-2", "queue", "none")
ROLE_OF = {"site-1": "site", "site-2": "site", "viewer-2": "viewer", "clerk-restricted": "clerk"}
# Of whom each caller's "another's" is.
OTHER = {"chair": "site-1", "site-1": "site-2", "site-2": "site-1", "viewer": "viewer-2", "viewer-2": "viewer"}
# Bodies that name whose thing is meant, where the path does not: operation -> body for a site. None of them may
# be malformed, or the rule behind the check would not be reached.
BODIES_OF_SITE = {"changeSite": lambda site: {"muted": True}, "present": lambda site: {"site": site}}


class Permissions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bridge = Bridge(sites=3)
        with open(cls.bridge.config) as f:
            config = json.load(f)
        config["rooms"].append({"id": "xa", "name": "Phòng xã", "sites": [{"id": "xa-hub", "name": "Xã", "hub": True}]})
        with open(cls.bridge.config, "w") as f:
            json.dump(config, f)
        cls.bridge.__enter__()
        cls.document = cls.bridge.request("GET", "/v1/openapi.json")[1]
        cls.keys = {"chair": cls.bridge.key("hub"), "site-1": cls.bridge.key("site-1"), "site-2": cls.bridge.key("site-2"),
                    "technician": cls.bridge.key("", "technician"), "clerk": cls.bridge.key("", "clerk"),
                    "viewer": cls.bridge.key("", "viewer"), "none": None}
        for name, arguments in {"queue": ["--role", "queue", "--room", "tiep-dan"], "queue-xa": ["--role", "queue", "--room", "xa"],
                                "viewer-2": ["--role", "viewer"], "viewer-xa": ["--role", "viewer", "--room", "xa"],
                                "clerk-restricted": ["--role", "clerk", "--restricted"]}.items():
            cls.keys[name] = cls.add_key(*arguments)
            cls.wait_for_key(cls.keys[name])

    @classmethod
    def tearDownClass(cls):
        cls.bridge.__exit__(None, None, None)

    @classmethod
    def add_key(cls, *arguments):
        made = subprocess.run([BRIDGE, "--config", cls.bridge.config, "key", "add", "--json", *arguments],
                              capture_output=True, text=True, check=True, timeout=30)
        return json.loads(made.stdout)["key"]

    @classmethod
    def wait_for_key(cls, key):
        for _ in range(200):
            if cls.bridge.request("GET", "/v1/login", key=key)[0] == 200:
                return
            time.sleep(0.05)
        raise AssertionError("the new key was not taken up")

    def status(self, method, path, body, key, headers):
        """The status alone: an event stream has no end."""
        connection = http.client.HTTPConnection("127.0.0.1", self.bridge.http_port, timeout=10)
        if key is not None:
            headers = {**headers, "Authorization": "Bearer " + key}
        connection.request(method, path, body, headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def media_of(self, caller):
        """A media session of that caller's own; none for those who cannot have one."""
        status, _, headers = self.bridge.request("POST", MEDIA, OFFER, self.keys[caller], SDP)
        self.assertEqual(status, 201, caller)
        return headers["Location"].rsplit("/", 1)[1]

    def target(self, path, owner):
        """@path with its parameters filled in. @owner: whose site and media session are meant."""
        site = "hub" if owner not in ("site-1", "site-2") else owner
        values = {"room": "tiep-dan", "site": site, "ticket": "T-001", "number": "1", "path": "bagit.txt", "slug": "bad-sdp"}
        values["id"] = "00000000-0000-4000-8000-000000000000"
        if path.startswith("/v1/media/"):
            values["id"] = self.media_of(owner if owner in OTHER else "site-1")
        for name, value in values.items():
            path = path.replace("{" + name + "}", value)
        self.assertNotIn("{", path, "a parameter that this test does not know: give it a value")
        return path

    def body(self, operation, owner):
        content = operation.get("requestBody", {}).get("content", {})
        kinds = list(content)
        if not kinds:
            return None, {}
        kind = "application/json" if "application/json" in kinds else kinds[0]
        if operation["operationId"] in BODIES_OF_SITE and owner in ("site-1", "site-2"):
            return json.dumps(BODIES_OF_SITE[operation["operationId"]](owner)), {"Content-Type": kind}
        return "{}" if kind == "application/json" else "x", {"Content-Type": kind}

    def test_every_call_by_every_role(self):
        wrong, cells, table = [], 0, []
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method not in item:
                    continue
                operation = item[method]
                name = operation["operationId"]
                self.assertIn("x-roles", operation, name)
                row = {}
                for caller in CALLERS:
                    for owner in self.owners(operation, caller):
                        body, headers = self.body(operation, owner)
                        status = self.status(method.upper(), self.target(path, owner), body, self.keys[caller], headers)
                        expected = self.expected(operation, caller, owner)
                        verdict = status if status in (401, 403) else "ok" if status < 500 or status in (503, 507) else status
                        cell = caller if owner == caller or len(self.owners(operation, caller)) == 1 else f"{caller} on {owner}"
                        row[cell] = verdict
                        cells += 1
                        if verdict != expected:
                            wrong.append(f"{method.upper()} {path} ({name}) by {cell}: {status}, expected {expected}")
                table.append((method.upper() + " " + path, row))
        for call, row in table:
            print(f"{call:52}", " ".join(f"{caller}={verdict}" for caller, verdict in row.items()))
        print(f"{cells} cells, {len(table)} calls")
        self.assertEqual(wrong, [])
        self.assertGreater(cells, 20 * len(CALLERS))

    def owners(self, operation, caller):
        """Whose things @caller tries: its own, and another's where that may make a difference."""
        if "x-own" not in operation or caller not in OTHER:
            return [caller]
        return [caller, OTHER[caller]]

    def expected(self, operation, caller, owner):
        roles, own = operation["x-roles"], operation.get("x-own", [])
        role = ROLE_OF.get(caller, caller)
        if "anyone" in roles:
            return "ok"
        if role == "none":
            return 401
        if role not in roles or (role in own and owner != caller):
            return 403
        return "ok"

    def test_a_wrong_key_opens_nothing_that_needs_one(self):
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item and "anyone" not in item[method]["x-roles"]:
                    status = self.status(method.upper(), self.target(path, "site-1"), None, "wrong", {})
                    self.assertIn(status, (401, 429), f"{method} {path}")

    def test_a_key_of_one_room_knows_no_other(self):
        for name, status in {"tiep-dan": 404, "xa": 200}.items():
            self.assertEqual(self.status("GET", f"/v1/rooms/{name}", None, self.keys["viewer-xa"], {}), status)
        _, rooms, _ = self.bridge.request("GET", "/v1/rooms", key=self.keys["viewer-xa"])
        self.assertEqual([room["id"] for room in rooms["rooms"]], ["xa"])
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if not path.startswith("/v1/rooms/{room}") or method not in item:
                    continue
                body, headers = self.body(item[method], "none")
                for caller in ("viewer-xa", "queue-xa", "site-1"):
                    room = "tiep-dan" if caller != "site-1" else "xa"
                    path_there = self.target(path.replace("{room}", room), "none")
                    status = self.status(method.upper(), path_there, body, self.keys[caller], headers)
                    self.assertIn(status, (403, 404), f"{method} {path_there} by {caller}")


if __name__ == "__main__":
    unittest.main()
