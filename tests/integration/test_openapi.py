# tests/integration/test_openapi.py - what the bridge answers is what openapi.json promises.
import unittest

import jsonschema
from bridge import Bridge
from test_api import MEDIA, OFFER, SDP, Events

ROOM = "/v1/rooms/tiep-dan"
JSON = {"Content-Type": "application/json"}


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bridge = Bridge(sites=3)
        cls.bridge.__enter__()
        cls.hub = cls.bridge.key("hub")
        cls.site = cls.bridge.key("site-1")
        cls.document = cls.bridge.request("GET", "/v1/openapi.json")[1]

    @classmethod
    def tearDownClass(cls):
        cls.bridge.__exit__(None, None, None)

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for name in node["$ref"].removeprefix("#/").split("/"):
                target = target[name]
            node = target
        return node

    def validate(self, value, schema):
        resolver = jsonschema.RefResolver("", self.document)
        jsonschema.Draft202012Validator(schema, resolver=resolver).validate(value)

    def call(self, expected, method, template, path=None, body=None, key=None, headers=None):
        """Makes the call and checks status, content type, header fields and body."""
        operation = self.document["paths"][template][method.lower()]
        status, value, reply = self.bridge.request(method, path or template, body, key, headers)
        self.assertEqual(status, expected, value)
        self.assertIn(str(status), operation["responses"], f"{method} {template}: {status} is not documented")
        response = self.resolve(operation["responses"][str(status)])
        for name, field in response.get("headers", {}).items():
            self.assertTrue(not field.get("required") or name in reply, f"{method} {template}: no {name}")
        if "content" not in response:
            self.assertEqual(value, b"")
            return value, reply
        kind = reply["Content-Type"].split(";")[0]
        self.assertIn(kind, response["content"])
        schema = response["content"][kind]["schema"]
        self.validate(value.decode() if isinstance(value, bytes) else value, schema)
        return value, reply

    def test_every_call_answers_as_described(self):
        call, hub, site = self.call, self.hub, self.site
        call(200, "GET", "/v1/openapi.json")
        call(200, "GET", "/problems/{slug}", "/problems/bad-sdp")
        call(404, "GET", "/problems/{slug}", "/problems/none")
        call(200, "POST", "/v1/login", body={"key": site})
        call(401, "POST", "/v1/login", body={"key": "wrong"})
        call(422, "POST", "/v1/login", body={"name": "wrong"})
        call(200, "GET", "/v1/login", key=site)
        call(401, "GET", "/v1/login")
        call(204, "DELETE", "/v1/login")
        call(200, "GET", "/v1/rooms", key=site)
        call(200, "GET", "/v1/rooms/{room}", ROOM, key=site)
        call(404, "GET", "/v1/rooms/{room}", "/v1/rooms/other", key=site)
        call(200, "PUT", "/v1/rooms/{room}/layout", ROOM + "/layout", {"layout": "grid"}, hub)
        call(403, "PUT", "/v1/rooms/{room}/layout", ROOM + "/layout", {"layout": "grid"}, site)
        call(422, "PUT", "/v1/rooms/{room}/layout", ROOM + "/layout", {"layout": "x"}, hub)
        call(400, "PUT", "/v1/rooms/{room}/layout", ROOM + "/layout", "{", hub, JSON)
        call(415, "PUT", "/v1/rooms/{room}/layout", ROOM + "/layout", "{}", hub)
        call(200, "PATCH", "/v1/rooms/{room}/sites/{site}", ROOM + "/sites/site-1", {"cameraOff": False}, site)
        call(404, "PATCH", "/v1/rooms/{room}/sites/{site}", ROOM + "/sites/none", {"muted": True}, hub)
        call(200, "GET", "/v1/rooms/{room}/stats", ROOM + "/stats", key=hub)
        call(403, "GET", "/v1/rooms/{room}/stats", ROOM + "/stats", key=site)

    def test_floor_and_line_answer_as_described(self):
        call, hub, site = self.call, self.hub, self.site
        floor = "/v1/rooms/{room}/floor", ROOM + "/floor"
        state, _ = call(200, "POST", *floor, {"site": "site-1"}, hub)
        self.assertEqual(state["floor"], "site-1")
        state, _ = call(200, "POST", *floor, {"site": None}, hub)
        self.assertIsNone(state["floor"])
        call(403, "POST", *floor, {"site": "site-1"}, site)
        call(404, "POST", *floor, {"site": "none"}, hub)
        call(422, "POST", *floor, {"site": 7}, hub)
        call(400, "POST", *floor, "{", hub, JSON)
        before, _ = call(200, "GET", "/v1/line", key=hub)
        self.assertEqual(before["mbps"], 50)
        call(403, "GET", "/v1/line", key=site)
        after, _ = call(200, "PUT", "/v1/line", None, {"mbps": 12.5}, hub)
        self.assertEqual(after["mbps"], 12.5)
        after, _ = call(200, "PUT", "/v1/line", None, {"upMbps": 30, "downMbps": 10}, hub)
        self.assertEqual((after["mbps"], after["upMbps"], after["downMbps"]), (None, 30, 10))
        for wrong in ({}, {"mbps": 0}, {"mbps": "20"}, {"upMbps": 5}, {"mbps": 5, "upMbps": 5, "downMbps": 5}, {"mbps": 1e9}):
            call(422, "PUT", "/v1/line", None, wrong, hub)
        call(403, "PUT", "/v1/line", None, {"mbps": 20}, site)
        self.assertEqual(self.bridge.request("GET", "/v1/line", key=hub)[1]["upMbps"], 30)
        call(200, "PUT", "/v1/line", None, {"mbps": before["mbps"]}, hub)

    def test_reception_answers_as_described(self):
        call, hub, site = self.call, self.hub, self.site
        paths = {name: ("/v1/rooms/{room}/" + name, f"{ROOM}/{name}")
                 for name in ("session", "admit", "remove", "mute", "tour", "tour/next")}
        call(200, "PUT", *paths["session"], {"open": True, "admission": "open", "locked": True}, hub)
        call(409, "POST", *paths["admit"], {"site": "site-2"}, hub)
        call(200, "PUT", *paths["session"], {"locked": False}, hub)
        call(200, "POST", *paths["admit"], {"all": True}, hub)
        call(200, "POST", *paths["admit"], {"site": "site-1"}, hub)
        call(404, "POST", *paths["admit"], {"site": "none"}, hub)
        call(422, "POST", *paths["admit"], {}, hub)
        call(200, "POST", *paths["mute"], {"except": None}, hub)
        call(422, "POST", *paths["mute"], {"except": "x"}, hub)
        change = "/v1/rooms/{room}/sites/{site}", ROOM + "/sites/site-1"
        state, _ = call(200, "PATCH", *change, {"askToUnmute": True}, hub)
        self.assertTrue(state["sites"][1]["askedToUnmute"])
        state, _ = call(200, "PATCH", *change, {"hand": True, "muted": False}, site)
        self.assertEqual([hand["site"] for hand in state["hands"]], ["site-1"])
        call(409, "PATCH", change[0], ROOM + "/sites/site-2", {"hand": True}, self.bridge.key("site-2"))
        call(409, "POST", "/v1/rooms/{room}/floor", ROOM + "/floor", {"site": "site-2"}, hub)
        state, _ = call(200, "PUT", *paths["tour"], {"kind": "roll-call"}, hub)
        self.assertEqual(state["tour"]["total"], 2)
        call(422, "PUT", *paths["tour"], {"kind": "polling"}, hub)
        call(200, "POST", *paths["tour/next"], {"present": True}, hub)
        call(422, "POST", *paths["tour/next"], {"present": 1}, hub)
        call(200, "PUT", *paths["tour"], {"kind": None}, hub)
        call(409, "POST", *paths["tour/next"], {}, hub)
        call(200, "POST", *paths["remove"], {"site": "site-1"}, hub)
        call(403, "POST", "/v1/rooms/{room}/media", MEDIA, OFFER, site, SDP)
        call(409, "POST", *paths["remove"], {"site": "hub"}, hub)
        call(404, "POST", *paths["remove"], {"site": "none"}, hub)
        call(200, "PUT", *paths["session"], {"open": False}, hub)
        call(409, "PUT", *paths["session"], {"locked": True}, hub)
        for name, (template, path) in paths.items():
            method = "PUT" if name in ("session", "tour") else "POST"
            call(403, method, template, path, {}, site)
            call(400, method, template, path, "{", hub, JSON)
            call(413, method, template, path, {"x": "x" * 1024}, hub)
            call(415, method, template, path, "{}", hub)

    def test_media_answers_as_described(self):
        call, site = self.call, self.site
        _, reply = call(201, "POST", "/v1/rooms/{room}/media", MEDIA, OFFER, site, SDP)
        call(400, "POST", "/v1/rooms/{room}/media", MEDIA, "v=0", site, SDP)
        call(413, "POST", "/v1/rooms/{room}/media", MEDIA, "v" * 65537, site, SDP)
        call(415, "POST", "/v1/rooms/{room}/media", MEDIA, OFFER, site, JSON)
        call(422, "POST", "/v1/rooms/{room}/media", MEDIA,
             OFFER.replace("VP8", "H264").replace("opus/48000/2", "PCMU/8000"), site, SDP)
        call(200, "GET", "/v1/rooms/{room}/stats", ROOM + "/stats", key=self.hub)
        fragment = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": reply["ETag"]}
        body = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef01234567\r\n"
        call(204, "PATCH", "/v1/media/{id}", reply["Location"], body, site, fragment)
        call(412, "PATCH", "/v1/media/{id}", reply["Location"], body, site, {**fragment, "If-Match": '"x"'})
        call(200, "PATCH", "/v1/media/{id}", reply["Location"],
             "a=ice-ufrag:efgh\r\na=ice-pwd:76543210fedcba9876543210\r\n", site, fragment)
        report, uplink = "/v1/media/{id}/uplink", reply["Location"] + "/uplink"
        camera = {"seq": 0, "track": "camera", "width": 640, "height": 360, "framerate": 29.97, "rotation": 90}
        schemas = self.document["components"]["schemas"]
        self.validate(camera, schemas["UplinkReport"])
        call(204, "PUT", report, uplink, camera, site)
        call(422, "PUT", report, uplink, {**camera, "rotation": 45}, site)
        call(422, "PUT", report, uplink, {**camera, "seq": 1}, site)
        call(400, "PUT", report, uplink, "{", site, JSON)
        call(413, "PUT", report, uplink, {**camera, "more": "x" * 1024}, site)
        call(415, "PUT", report, uplink, "{}", site)
        call(403, "PUT", report, uplink, camera, self.hub)
        call(200, "DELETE", "/v1/media/{id}", reply["Location"], key=site)
        call(404, "PUT", report, uplink, camera, site)
        call(404, "DELETE", "/v1/media/{id}", reply["Location"], key=site)

    def test_the_desk_answers_as_described(self):
        call, technician = self.call, self.bridge.key("", "technician")
        events = Events(self.bridge, technician)
        self.validate(events.next("figures"), self.document["components"]["schemas"]["Figures"])
        events.close()
        for name in ("figures", "figures/history", "figures/marks", "support-bundle"):
            template, path = "/v1/rooms/{room}/" + name, f"{ROOM}/{name}"
            call(200, "GET", template, path, key=technician)
            call(403, "GET", template, path, key=self.hub)
            call(401, "GET", template, path)
            call(404, "GET", template, "/v1/rooms/none/" + name, key=technician)
        history = "/v1/rooms/{room}/figures/history", ROOM + "/figures/history"
        call(200, "GET", history[0], history[1] + "?format=csv&series=up_kbps", key=technician)
        call(422, "GET", history[0], history[1] + "?step=0", key=technician)
        call(422, "GET", "/v1/rooms/{room}/figures/marks", ROOM + "/figures/marks?from=x", key=technician)
        call(200, "GET", "/metrics", key=technician)
        call(403, "GET", "/metrics", key=self.site)

    def test_an_alarm_is_acknowledged_as_described(self):
        call, technician, name = self.call, self.bridge.key("", "technician"), {"by": "Nguyễn Văn An"}
        path = "/v1/rooms/{room}/alarms/{id}/acknowledge", ROOM + "/alarms/a999999/acknowledge"
        call(404, "POST", *path, name, technician)
        call(403, "POST", *path, name, self.hub)
        call(401, "POST", *path, name)
        for wrong in ({}, {"by": ""}, {"by": "   "}, {"by": "x" * 121}, {"by": "a\nb"}, {"by": 7}):
            call(422, "POST", *path, wrong, technician)
        call(400, "POST", *path, "{", technician, JSON)
        call(415, "POST", *path, "{}", technician)
        call(413, "POST", *path, {"by": "x" * 1024}, technician)

    def test_the_preflight_answers_as_described(self):
        call, technician = self.call, self.bridge.key("", "technician")
        path = "/v1/rooms/{room}/preflight", ROOM + "/preflight"
        session = "/v1/rooms/{room}/session", ROOM + "/session"
        call(200, "PUT", *session, {"open": False}, self.hub)
        call(200, "GET", *path, key=technician)
        call(202, "POST", *path, key=technician)
        call(409, "POST", *path, key=self.hub)
        events = Events(self.bridge, technician)
        self.validate(events.next("preflight"), self.document["components"]["schemas"]["Preflight"])
        events.close()
        call(200, "PUT", *session, {"open": True}, self.hub)
        sheet, _ = call(200, "GET", *path, key=self.hub)
        self.assertEqual(sheet["state"], "stopped")
        call(409, "POST", *path, key=technician)
        call(200, "PUT", *session, {"open": False}, self.hub)
        call(202, "POST", *path, key=self.hub)
        call(204, "DELETE", *path, key=technician)
        for method in ("GET", "POST", "DELETE"):
            call(401, method, *path)
            call(403, method, *path, key=self.site)
            call(404, method, path[0], "/v1/rooms/none/preflight", key=technician)

    def test_a_clients_report_is_taken_as_described(self):
        call, site = self.call, self.site
        _, reply = call(201, "POST", "/v1/rooms/{room}/media", MEDIA, OFFER, site, SDP)
        template, path = "/v1/media/{id}/report", reply["Location"] + "/report"
        report = {"decodeFps": 29.97, "jitterBufferMs": None, "freezes": 0, "cpuLimited": False, "audioLevel": -21.5, "outgoingKbps": 1800,
                  "avSkewMs": -20}
        self.validate(report, self.document["components"]["schemas"]["ClientReport"])
        call(204, "POST", template, path, report, site)
        call(429, "POST", template, path, report, site)
        call(422, "POST", template, path, {"decodeFps": -1}, site)
        call(400, "POST", template, path, "{", site, JSON)
        call(413, "POST", template, path, {"x": "x" * 1024}, site)
        call(415, "POST", template, path, "{}", site)
        call(403, "POST", template, path, report, self.hub)
        call(401, "POST", template, path, report)
        call(200, "DELETE", "/v1/media/{id}", reply["Location"], key=site)
        call(404, "POST", template, path, report, site)

    def test_events_carry_what_is_described(self):
        schemas = self.document["components"]["schemas"]
        events = Events(self.bridge, self.site)
        self.validate(events.next("room"), schemas["Room"])
        locations = [self.bridge.request("POST", MEDIA, OFFER, self.site, SDP)[2]["Location"] for _ in range(2)]
        self.validate(events.next("takeover"), schemas["Takeover"])
        self.bridge.request("DELETE", locations[1], key=self.site)
        self.bridge.request("PATCH", ROOM + "/sites/site-1", {"muted": True}, self.hub)
        self.bridge.request("PATCH", ROOM + "/sites/site-1", {"askToUnmute": True}, self.hub)
        self.validate(events.next("askedToUnmute"), schemas["SiteNotice"])
        self.bridge.request("POST", MEDIA, OFFER, self.site, SDP)
        self.bridge.request("POST", ROOM + "/remove", {"site": "site-1"}, self.hub)
        self.validate(events.next("removed"), schemas["Removed"])
        self.bridge.request("POST", ROOM + "/admit", {"site": "site-1"}, self.hub)
        events.close()

    def test_options_tells_the_described_methods(self):
        for path, item in self.document["paths"].items():
            allow = self.bridge.request("OPTIONS", path.replace("{", "").replace("}", ""))[2]["Allow"]
            allowed = {method.lower() for method in allow.split(", ")} - {"head", "options"}
            self.assertEqual(allowed, {m for m in item if m != "parameters"}, path)


if __name__ == "__main__":
    unittest.main()
