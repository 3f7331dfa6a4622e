# tests/integration/test_api.py - every error of the API is a clear problem document, and leaves nothing behind.
import http.client
import json
import socket
import time
import unittest

from bridge import Bridge

OFFER = "\r\n".join([
    "v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0", "a=rtcp-mux", "a=mid:0", "a=sendrecv",
    "a=ice-ufrag:abcd", "a=ice-pwd:0123456789abcdef01234567", "a=setup:actpass",
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32), "a=rtpmap:111 opus/48000/2",
    "m=video 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=rtcp-mux", "a=mid:1", "a=sendrecv",
    "a=ice-ufrag:abcd", "a=ice-pwd:0123456789abcdef01234567", "a=setup:actpass",
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32), "a=rtpmap:96 VP8/90000", ""])
MEDIA = "/v1/rooms/tiep-dan/media"
SDP = {"Content-Type": "application/sdp"}


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bridge = Bridge(sites=3)
        cls.bridge.__enter__()
        cls.hub = cls.bridge.key("hub")
        cls.site = cls.bridge.key("site-1")

    @classmethod
    def tearDownClass(cls):
        cls.bridge.__exit__(None, None, None)

    def problem(self, expected, kind, method, path, body=None, key=None, headers=None):
        status, value, reply = self.bridge.request(method, path, body, key, headers)
        self.assertEqual(status, expected, value)
        self.assertIn("application/problem+json", reply["Content-Type"])
        self.assertTrue(value["type"].endswith("/" + kind), value)
        self.assertTrue(value["title"])
        self.assertEqual(value["status"], expected)
        return value

    def test_errors_are_problem_documents(self):
        p = self.problem
        p(401, "unauthorized", "GET", "/v1/rooms/tiep-dan")
        p(404, "unknown-room", "GET", "/v1/rooms/khac", key=self.hub)
        p(404, "unknown-room", "POST", "/v1/rooms/khac/media", OFFER, self.hub, SDP)
        p(404, "unknown-session", "DELETE", "/v1/media/khong-co", key=self.hub)
        p(404, "not-found", "GET", "/v1/khong-co", key=self.hub)
        p(405, "method-not-allowed", "POST", "/v1/rooms/tiep-dan/stats", key=self.hub)
        p(415, "wrong-content-type", "POST", MEDIA, OFFER, self.hub, {"Content-Type": "text/plain"})
        p(413, "body-too-large", "POST", MEDIA, "v=0\r\n" + "a=x\r\n" * 20000, self.hub, SDP)
        p(400, "bad-sdp", "POST", MEDIA, "hello", self.hub, SDP)
        p(400, "bad-sdp", "POST", MEDIA, OFFER.replace("a=rtcp-mux\r\n", ""), self.hub, SDP)
        p(400, "bad-sdp", "POST", MEDIA, OFFER.replace("sha-256", "sha-1"), self.hub, SDP)
        p(422, "no-common-codec", "POST", MEDIA,
          OFFER.replace("VP8/90000", "H264/90000").replace("opus/48000/2", "PCMU/8000"), self.hub, SDP)
        p(400, "bad-request", "PUT", "/v1/rooms/tiep-dan/layout", "{", self.hub, {"Content-Type": "application/json"})
        p(422, "unprocessable", "PUT", "/v1/rooms/tiep-dan/layout", {"layout": "spiral"}, self.hub)
        p(404, "unknown-site", "PUT", "/v1/rooms/tiep-dan/layout", {"layout": "grid", "main": "x"}, self.hub)
        p(403, "forbidden", "PUT", "/v1/rooms/tiep-dan/layout", {"layout": "grid"}, self.site)
        p(403, "forbidden", "PATCH", "/v1/rooms/tiep-dan/sites/site-2", {"muted": True}, self.site)
        self.assert_nothing_stays()

    def assert_nothing_stays(self):
        deadline = time.monotonic() + 5
        while True:
            _, stats, _ = self.bridge.request("GET", "/v1/rooms/tiep-dan/stats", key=self.hub)
            if not stats["peers"] or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        self.assertEqual(stats["peers"], [])

    def test_a_microphone_is_never_switched_on_by_somebody_else(self):
        path = "/v1/rooms/tiep-dan/sites/site-1"
        self.assertEqual(self.bridge.request("PATCH", path, {"muted": True}, self.hub)[0], 200)
        self.problem(403, "forbidden", "PATCH", path, {"muted": False}, self.hub)
        status, room, _ = self.bridge.request("PATCH", path, {"muted": False}, self.site)
        self.assertEqual(status, 200)
        self.assertFalse([s for s in room["sites"] if s["id"] == "site-1"][0]["muted"])

    def test_join_and_leave(self):
        status, answer, headers = self.bridge.request("POST", MEDIA, OFFER, self.site, SDP)
        self.assertEqual(status, 201)
        self.assertEqual(headers["Content-Type"], "application/sdp")
        self.assertTrue(headers["ETag"])
        self.assertIn(b"a=candidate:", answer)
        self.assertRegex(headers["Location"], r"^/v1/media/[0-9a-f-]{36}$")
        self.problem(403, "forbidden", "DELETE", headers["Location"], key=self.bridge.key("site-2"))
        fragment = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef01234567\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n" \
                   "a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host\r\n"
        patch = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": headers["ETag"]}
        self.assertEqual(self.bridge.request("PATCH", headers["Location"], fragment, self.site, patch)[0], 204)
        self.problem(412, "precondition", "PATCH", headers["Location"], fragment, self.site,
                     {**patch, "If-Match": '"99"'})
        restart = fragment.replace("abcd", "efgh").replace("0123456789abcdef01234567", "76543210fedcba9876543210")
        status, reply, again = self.bridge.request("PATCH", headers["Location"], restart, self.site, patch)
        self.assertEqual(status, 200, reply)
        self.assertIn(b"a=ice-ufrag:", reply)
        self.assertNotEqual(again["ETag"], headers["ETag"])
        self.assertEqual(self.bridge.request("DELETE", headers["Location"], key=self.site)[0], 200)
        self.problem(404, "unknown-session", "DELETE", headers["Location"], key=self.site)
        self.assert_nothing_stays()

    def test_camera_report_is_checked(self):
        _, _, headers = self.bridge.request("POST", MEDIA, OFFER, self.site, SDP)
        path = headers["Location"] + "/uplink"
        good = {"seq": 0, "track": "camera", "width": 640, "height": 360, "framerate": 30, "rotation": 0}
        self.assertEqual(self.bridge.request("PUT", path, good, self.site)[0], 204)
        self.assertEqual(self.bridge.request("PUT", path, {**good, "cameraWidth": 1280, "cameraHeight": 720}, self.site)[0], 204)
        bad = [{"seq": -1}, {"seq": 0.5}, {"seq": 1 << 31}, {"seq": "0"}, {"seq": 1}, {"track": "document"}, {"track": 1},
               {"width": -1}, {"width": 16385}, {"width": "640"}, {"width": None}, {"height": True}, {"framerate": 241},
               {"rotation": 91}, {"rotation": 360}, {"rotation": "90"}, {"cameraWidth": -2}, {"cameraHeight": 1e300}]
        for change in bad:
            self.problem(422, "unprocessable", "PUT", path, {**good, **change}, self.site)
        for name in ("seq", "track", "width", "height"):
            self.problem(422, "unprocessable", "PUT", path, {k: v for k, v in good.items() if k != name}, self.site)
        self.problem(400, "bad-request", "PUT", path, [1], self.site)
        self.problem(403, "forbidden", "PUT", path, good, self.bridge.key("site-2"))
        self.problem(403, "forbidden", "PUT", path, good, self.hub)
        self.problem(404, "unknown-session", "PUT", "/v1/media/khong-co/uplink", good, self.site)
        self.assertEqual(self.bridge.request("DELETE", headers["Location"], key=self.site)[0], 200)
        self.problem(404, "unknown-session", "PUT", path, good, self.site)
        self.assert_nothing_stays()

    def test_second_join_tells_the_first(self):
        events = Events(self.bridge, self.site)
        self.assertEqual(events.next("room")["room"], "tiep-dan")
        _, _, first = self.bridge.request("POST", MEDIA, OFFER, self.site, SDP)
        _, _, second = self.bridge.request("POST", MEDIA, OFFER, self.site, SDP)
        notice = events.next("takeover")
        self.assertEqual(notice["reason"], "same-key")
        self.assertEqual("/v1/media/" + notice["media"], first["Location"])
        deadline = time.monotonic() + 5
        while self.bridge.request("DELETE", first["Location"], key=self.site)[0] != 404:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.assertEqual(self.bridge.request("DELETE", second["Location"], key=self.site)[0], 200)
        events.close()
        self.assert_nothing_stays()

    def test_events_resume_where_they_were_cut(self):
        events = Events(self.bridge, self.hub)
        events.next("room")
        path = "/v1/rooms/tiep-dan/layout"
        self.bridge.request("PUT", path, {"layout": "spotlight", "main": "site-1"}, self.hub)
        layout = events.next("room")["layout"]
        self.assertEqual((layout["kind"], layout["main"]), ("spotlight", "site-1"))
        last = events.last_id
        events.close()
        self.bridge.request("PUT", path, {"layout": "spotlight", "main": "site-2"}, self.hub)
        time.sleep(0.3)
        self.bridge.request("PUT", path, {"layout": "grid", "main": "hub"}, self.hub)
        resumed = Events(self.bridge, self.hub, last)
        self.assertEqual(resumed.next("room")["layout"]["main"], "site-2")
        self.assertEqual(resumed.next("room")["layout"]["kind"], "grid")
        resumed.close()

    def test_login_gives_a_cookie_that_works(self):
        status, who, headers = self.bridge.request("POST", "/v1/login", {"key": self.site})
        self.assertEqual((status, who["role"], who["site"]), (200, "site", "site-1"))
        cookie = headers["Set-Cookie"]
        for word in ("HttpOnly", "SameSite=Strict"):
            self.assertIn(word, cookie)
        cookie = {"Cookie": cookie.split(";")[0]}
        self.assertEqual(self.bridge.request("GET", "/v1/rooms/tiep-dan", headers=cookie)[0], 200)
        self.assertIn(self.bridge.request("DELETE", "/v1/login", headers=cookie)[0], (200, 204))
        self.problem(401, "unauthorized", "GET", "/v1/rooms/tiep-dan", headers=cookie)

    def test_every_documented_call_exists_and_asks_for_a_key(self):
        _, document, _ = self.bridge.request("GET", "/v1/openapi.json")
        if isinstance(document, bytes):
            document = json.loads(document)
        public = {"/v1/openapi.json", "/v1/login"}
        checked = 0
        for path, item in document["paths"].items():
            for method in item:
                if method not in ("get", "put", "post", "patch", "delete"):
                    continue
                if path in public or path.startswith("/problems"):
                    continue
                real = path.replace("{room}", "tiep-dan").replace("{site}", "hub").replace("{id}", "x")
                status = self.bridge.request(method.upper(), real)[0]
                self.assertEqual(status, 401, f"{method} {path}")
                checked += 1
        self.assertGreaterEqual(checked, 9)


class Events:
    """Reads server-sent events."""

    def __init__(self, bridge, key, last_id=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", bridge.http_port, timeout=10)
        headers = {"Authorization": "Bearer " + key, "Accept": "text/event-stream"}
        if last_id is not None:
            headers["Last-Event-ID"] = last_id
        self.connection.request("GET", "/v1/rooms/tiep-dan/events", headers=headers)
        self.response = self.connection.getresponse()
        assert self.response.status == 200, self.response.read()
        self.last_id = None

    def next(self, name):
        """The data of the next event called @name."""
        event, data = None, ""
        while True:
            line = self.response.readline().decode()
            assert line, "the stream ended"
            line = line.rstrip("\r\n")
            field, _, value = line.partition(": ")
            if field == "event":
                event = value
            elif field == "data":
                data += value
            elif field == "id":
                self.last_id = value
            elif line == "":
                if event == name:
                    return json.loads(data)
                event, data = None, ""

    def close(self):
        self.connection.sock.shutdown(socket.SHUT_RDWR) if self.connection.sock else None
        self.response.close()
        self.connection.close()


if __name__ == "__main__":
    unittest.main()
