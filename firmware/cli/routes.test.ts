import assert from "node:assert/strict";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { PrivateDataKind, PrivateDataService }
  from "../../proto/gen/cti/gateway/v1/private_data_pb.js";
import { RouteingService, type RegisterRouteResponseSchema }
  from "../../proto/gen/cti/gateway/v1/routeing_pb.js";
import { createBench } from "./bench.test.js";

describe("ctictl: route", () => {
  it("shows requests, and answers each with the number that it was given", async () => {
    const bench = createBench();
    const dialogue = "0000000a";
    type Told = MessageInitShape<typeof RegisterRouteResponseSchema>;
    bench.onStream(RouteingService.method.registerRoute, function* (): Iterable<Told> {
      yield { item: { case: "registered" as const, value: {} } };
      yield { item: { case: "request" as const, value: { dialogue, device: "900",
        calling: "0142", callingName: "Anna", replyTimeout: { seconds: 10n } } } };
      yield { item: { case: "reRoute" as const, value: { dialogue } } };
      yield { item: { case: "used" as const, value: { dialogue, device: "1002" } } };
      yield { item: { case: "ended" as const, value: { dialogue } } };
    });
    bench.on(RouteingService.method.selectRoute, () => { bench.interrupt(); return {}; });
    assert.equal(await bench.run("route register pbx-1 900 --to 1002"), 0, bench.err);
    assert.deepEqual(bench.sent.map(({ method, request }) => [method, request]), [
      ["RegisterRoute", { link: "pbx-1", device: "900" }],
      ["SelectRoute", { dialogue: "0000000a", number: "1002", remainRetries: 0,
        tellUsed: true }]]);
    assert.equal(bench.out, "0000000a  0142 Anna waits at 900: a route within 10 s\n"
      + "0000000a  the route cannot be had: another one\n0000000a  went to 1002\n"
      + "0000000a  over\n");
  });

  it("lists who routes what", async () => {
    const bench = createBench();
    bench.on(RouteingService.method.listRoutes, () => ({ routes: [
      { link: "pbx-1", device: "900", client: "crm (csta taxi)", waiting: 2 },
      { link: "pbx-2", client: "ann (grpc 192.0.2.9)" }] }));
    assert.equal(await bench.run("route list"), 0);
    assert.match(bench.out, /pbx-1 +900 +crm \(csta taxi\) +2\npbx-2 +all +ann/);
  });
});

describe("ctictl: private data", () => {
  it("shows what PBXs say, and what they answer", async () => {
    const bench = createBench();
    bench.onStream(PrivateDataService.method.watchPrivateData, function* () {
      yield {};
      yield { link: "pbx-1", kind: PrivateDataKind.EVENT, device: "101", lost: 3,
        elements: ["0401ff"] };
      bench.interrupt();
    });
    assert.equal(await bench.run("private watch pbx-1"), 0);
    assert.deepEqual(bench.sent.at(-1)?.request, { link: "pbx-1" });
    assert.equal(bench.out, "pbx-1  event  101  0401ff\n");
    assert.match(bench.err, /3 lost/);
    bench.on(PrivateDataService.method.escape, () => ({ elements: ["040101"] }));
    assert.equal(await bench.run("private escape pbx-1 0401ff"), 0);
    assert.equal(bench.out, "040101\n");
  });
});
