/** The gRPC server on real sockets: TLS, who may call what, streams, faults, stopping. */

import assert from "node:assert/strict";
import { createServer as createPlainServer } from "node:net";
import { connect as connectTls } from "node:tls";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { status, type MethodDefinition, type ServiceError } from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import { CallsService } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { AccessService, Role } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import type { NetworkServer } from "../../firmware/northbound/api/network-server.js";
import { createGrpcServer } from "../../firmware/northbound/grpc/server.js";
import { methodRoles } from "../../firmware/northbound/access/method-roles.js";
import { includes, roles } from "../../firmware/northbound/access/roles.js";
import { Collected, detailsOf, failureOf, grpcServer, rig, ringing, TestClient, type Rig }
  from "./server-rig.js";

const soon = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 20); });

interface ReflectionAnswer {
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Buffer[] };
  readonly errorResponse?: { readonly errorCode: number };
}

describe("gRPC server on real sockets", () => {
  let on: Rig;
  let server: NetworkServer & { readonly port: number };
  const clients: TestClient[] = [];

  const client = async (role?: (typeof roles)[number]): Promise<TestClient> => {
    const made = new TestClient(on, server.port,
      role === undefined ? undefined : await on.gateway.token(role));
    clients.push(made);
    return made;
  };

  beforeEach(async () => {
    on = await rig();
    server = await grpcServer(on);
  });

  afterEach(async () => {
    for (const one of clients.splice(0)) one.close();
    await server.stop(2_000);
    await on.release();
  });

  it("speaks TLS 1.3 and refuses 1.2", async () => {
    const attempt = (version: "TLSv1.2" | "TLSv1.3"): Promise<string> => new Promise((resolve) => {
      const socket = connectTls({ host: "127.0.0.1", port: server.port, minVersion: version,
        maxVersion: version, ca: on.authority.authorityPem, ALPNProtocols: ["h2"] });
      socket.on("secureConnect", () => {
        resolve(socket.getProtocol() ?? "");
        socket.destroy();
      });
      socket.on("error", (error) => { resolve(error.message); });
    });
    assert.equal(await attempt("TLSv1.3"), "TLSv1.3");
    assert.match(await attempt("TLSv1.2"), /protocol version|alert/i);
  });

  it("answers a call of a signed-in user", async () => {
    const viewer = await client("viewer");
    const { links } = await viewer.unary(LinksService.method.listLinks, {});
    assert.deepEqual(links.map(({ id, state }) => [id, state]), [["pbx-1", LinkState.UP]]);
  });

  it("lets nobody in without credentials, except to sign in", async () => {
    const nobody = await client();
    const stranger = new TestClient(on, server.port, "jfs_no-such-session-token");
    clients.push(stranger);
    for (const { service } of on.api.services) {
      for (const method of service.methods) {
        const expected = method.name === "SignIn" ? status.INVALID_ARGUMENT
          : status.UNAUTHENTICATED;
        assert.equal(await nobody.statusOf(method), expected, method.name);
        if (method.name !== "SignIn") {
          assert.equal(await stranger.statusOf(method), status.UNAUTHENTICATED, method.name);
        }
      }
    }
  });

  it("grants each role exactly what the table says, over the wire", async () => {
    for (const role of roles) {
      const caller = await client(role);
      for (const { service } of on.api.services) {
        for (const method of service.methods) {
          if (method.name === "SignOut") continue;
          const needed = methodRoles.get(`${service.typeName}/${method.name}`)?.requires;
          assert.ok(needed !== undefined);
          const allowed = needed === "anyone" || needed === "self" || includes(role, needed);
          const got = await caller.statusOf(method);
          assert.equal(got === status.PERMISSION_DENIED, !allowed,
            `${method.name} as ${role}: ${status[got]}`);
          assert.notEqual(got, status.UNAUTHENTICATED, method.name);
          assert.notEqual(got, status.INTERNAL, method.name);
        }
      }
    }
  });

  it("says what is wrong, with all fields, advice and reason", async () => {
    const operator = await client("operator");
    const wrong = detailsOf(await failureOf(operator.unary(CallsService.method.transferCall,
      { link: "", heldCall: { call: "c" } }, { language: "en" })));
    assert.equal(wrong.code, status.INVALID_ARGUMENT);
    assert.equal(wrong.reason, "argument-invalid");
    assert.deepEqual(wrong.fields, ["link", "held_call.device", "active_call"]);
    assert.equal(wrong.advice, "Correct the fields named in the message.");
    const french = detailsOf(await failureOf(
      operator.unary(LinksService.method.getLink, { id: "nowhere" })));
    assert.equal(french.code, status.NOT_FOUND);
    assert.equal(french.reason, "link-unknown");
    assert.match(french.advice, /^Listez les liens/);
  });

  it("signs in, says who one is, and ends streams when one signs out", async () => {
    const nobody = await client();
    const signed = await nobody.unary(AccessService.method.signIn,
      { name: "viewer", password: "marmot-lantern-quartz" });
    const own = new TestClient(on, server.port, signed.token);
    clients.push(own);
    const who = await own.unary(AccessService.method.whoAmI, {});
    assert.deepEqual([who.name, who.role, who.method], ["viewer", Role.VIEWER, "password"]);
    const watched = new Collected(own.stream(CallsService.method.watchEvents, {}));
    await watched.until((items) => items.length > 0);
    await own.unary(AccessService.method.signOut, {});
    const end = await watched.ended;
    assert.equal(end?.code, status.UNAUTHENTICATED);
    assert.equal(await own.statusOf(AccessService.method.whoAmI), status.UNAUTHENTICATED);
  });

  it("refuses to wait longer than the caller's deadline", async () => {
    const operator = await client("operator");
    const [link] = on.gateway.simulatedLinks;
    assert.ok(link !== undefined);
    link.request = () => new Promise(() => undefined);
    const failure = await failureOf(operator.unary(CallsService.method.makeCall,
      { link: "pbx-1", device: "100", number: "101" }, { deadline: Date.now() + 100 }));
    assert.equal(failure.code, status.DEADLINE_EXCEEDED);
  });

  it("stops working for a stream whose client has gone", async () => {
    const viewer = await client("viewer");
    const stream = viewer.stream(CallsService.method.watchEvents, {});
    const watched = new Collected(stream);
    await watched.until((items) => items.length > 0);
    assert.equal(on.gateway.switch.gauges.monitors, 1);
    stream.cancel();
    assert.equal((await watched.ended)?.code, status.CANCELLED);
    while (on.gateway.switch.gauges.monitors > 0) await new Promise(setImmediate);
  });

  it("resumes events from a number without a hole or a repetition", async () => {
    const viewer = await client("viewer");
    for (let n = 0; n < 10; n += 1) on.gateway.switch.apply(ringing("100"));
    on.gateway.events.settle();
    const watched = new Collected(viewer.stream(CallsService.method.watchEvents,
      { afterNumber: 4n }));
    await watched.until((items) => items.some(({ item }) => item.case === "live"));
    on.gateway.switch.apply(ringing("100"));
    const items = await watched.until((all) => all.some(({ item }) =>
      item.case === "event" && item.value.number === 11n));
    const numbers = items.flatMap(({ item }) => item.case === "event" ? [item.value.number] : []);
    assert.deepEqual(numbers, [5n, 6n, 7n, 8n, 9n, 10n, 11n]);
    const last = items.at(-1)?.item;
    assert.ok(last?.case === "event" && last.value.latency !== undefined);
    assert.equal(last.value.calling?.e164, "+33123456789");
  });

  it("tells a reader that was away too long of the gap and gives it the picture", async () => {
    const viewer = await client("viewer");
    for (let n = 0; n < 20_000; n += 1) on.gateway.switch.apply(ringing("100"));
    on.gateway.events.settle();
    on.gateway.events.expire(10_000);
    const watched = new Collected(viewer.stream(CallsService.method.watchEvents,
      { afterNumber: 2n }, {}));
    const items = await watched.until((all) => all.some(({ item }) => item.case === "live"));
    assert.deepEqual(items.map(({ item }) => item.case), ["gap", "snapshot", "live"]);
    const [gap, snapshot] = items;
    assert.ok(gap?.item.case === "gap" && snapshot?.item.case === "snapshot");
    assert.equal(gap.item.value.nextNumber, snapshot.item.value.eventNumber + 1n);
    assert.equal(snapshot.item.value.calls.length, on.gateway.switch.calls().length);
  }).timeout(30_000);

  it("tells a slow reader of its gap and does not slow the others", async () => {
    const viewer = await client("viewer");
    const slow = viewer.stream(CallsService.method.watchEvents, { queueMax: 50 });
    slow.pause();
    const other = await client("viewer");
    const quick = new Collected(other.stream(CallsService.method.watchEvents,
      { queueMax: 100_000 }));
    await quick.until((items) => items.length > 0);
    while (on.gateway.switch.gauges.monitors < 2) await new Promise(setImmediate);
    const sent = 6_000;
    for (let n = 0; n < sent; n += 1) {
      on.gateway.switch.apply(ringing("100"));
      if (n % 100 === 0) await new Promise(setImmediate);
    }
    const items = await quick.until((all) => all.length > sent);
    assert.equal(items.filter(({ item }) => item.case === "event").length, sent);
    const late = new Collected(slow);
    slow.resume();
    const told = await late.until((all) => all.some(({ item }) => item.case === "gap"));
    const gap = told.find(({ item }) => item.case === "gap")?.item;
    assert.ok(gap?.case === "gap" && gap.value.lost > 0n);
    slow.cancel();
    await late.ended;
  }).timeout(30_000);

  it("takes a client certificate of its own authority, until it is revoked", async () => {
    const admin = await client("admin");
    const { makeRequest } = await import("./certificate-request.js");
    const request = await makeRequest("wallboard");
    const issued = await admin.unary(AccessService.method.issueCertificate,
      { requestPem: request.requestPem, role: Role.VIEWER });
    const own = new TestClient(on, server.port, undefined,
      { keyPem: request.keyPem, certificatePem: issued.certificatePem });
    clients.push(own);
    const who = await own.unary(AccessService.method.whoAmI, {});
    assert.deepEqual([who.name, who.method, who.role], ["wallboard", "certificate", Role.VIEWER]);
    const watched = new Collected(own.stream(CallsService.method.watchEvents, {}));
    await watched.until((items) => items.length > 0);
    const { certificates } = await admin.unary(AccessService.method.listCertificates, {});
    await admin.unary(AccessService.method.revokeCertificate,
      { serial: certificates[0]?.serial ?? "" });
    assert.equal((await watched.ended)?.code, status.UNAUTHENTICATED);
    assert.equal(await own.statusOf(AccessService.method.whoAmI), status.UNAUTHENTICATED);
  });

  it("offers health behind the same door", async () => {
    const check = healthService["Check"] ?? healthService["check"];
    assert.ok(check !== undefined);
    const ask = (one: TestClient): Promise<unknown> => new Promise((resolve, reject) => {
      one.raw.makeUnaryRequest(check.path, check.requestSerialize, check.responseDeserialize,
        { service: "" }, one.metadata(), (error, answer) => {
          if (error !== null) reject(error);
          else resolve(answer);
        });
    });
    assert.equal((await failureOf(ask(await client()))).code, status.UNAUTHENTICATED);
    const viewer = await client("viewer");
    assert.deepEqual(await ask(viewer), { status: "SERVING" });
    on.gateway.componentRows.push(
      { component: "gateway/store", status: "failed", reason: "disk", restarts: 1 });
    for (;;) {
      const answer = await ask(viewer) as { readonly status: string };
      if (answer.status === "NOT_SERVING") break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  it("lists the health of all services, and tells a watcher of changes", async () => {
    const viewer = await client("viewer");
    const { services } = on.api;
    const list = healthService["List"] ?? healthService["list"];
    const watch = healthService["Watch"] ?? healthService["watch"];
    assert.ok(list !== undefined && watch !== undefined);
    const { statuses } = await new Promise<{ statuses: Record<string, { status: string }> }>(
      (resolve, reject) => viewer.raw.makeUnaryRequest(list.path, list.requestSerialize,
        list.responseDeserialize, {}, viewer.metadata(), (error, answer) => {
          if (error !== null) reject(error);
          else resolve(answer as { statuses: Record<string, { status: string }> });
        }));
    assert.deepEqual(Object.keys(statuses).sort(),
      ["", ...services.map(({ service }) => service.typeName)].sort());
    const heard = (service: string): { readonly seen: unknown[]; end(): void } => {
      const seen: unknown[] = [];
      const stream = viewer.raw.makeServerStreamRequest(watch.path, watch.requestSerialize,
        watch.responseDeserialize, { service }, viewer.metadata());
      stream.on("data", (answer: { readonly status: string }) => seen.push(answer.status));
      stream.on("error", () => undefined);
      return { seen, end: () => { stream.cancel(); } };
    };
    const [known, unknown] = [heard(""), heard("no.such.Service")];
    while (known.seen.at(-1) !== "SERVING" || unknown.seen.length === 0) await soon();
    on.gateway.componentRows.push(
      { component: "gateway/store", status: "failed", reason: "disk", restarts: 1 });
    while (known.seen.at(-1) !== "NOT_SERVING") await soon();
    assert.deepEqual(unknown.seen, ["SERVICE_UNKNOWN"]);
    known.end();
    unknown.end();
  });

  for (const version of ["v1", "v1alpha"]) {
    it(`describes itself by reflection ${version}, behind the same door`, async () => {
      const { loadSync } = await import("@grpc/proto-loader");
      const folder = new URL("../../../node_modules/@grpc/reflection/build/proto/",
        import.meta.url);
      const loaded = loadSync(`grpc/reflection/${version}/reflection.proto`,
        { includeDirs: [folder.pathname] })[`grpc.reflection.${version}.ServerReflection`];
      const method = (loaded as unknown as Readonly<Record<string,
        MethodDefinition<object, ReflectionAnswer>>>)["ServerReflectionInfo"];
      assert.ok(method !== undefined);
      const ask = (one: TestClient, request: object): Promise<ReflectionAnswer> => {
        const call = one.raw.makeBidiStreamRequest(method.path, method.requestSerialize,
          method.responseDeserialize, one.metadata());
        const answer = new Promise<ReflectionAnswer>((resolve, reject) => {
          call.on("data", resolve);
          call.on("error", reject);
        });
        call.write(request);
        call.end();
        return answer;
      };
      const refused = await failureOf(ask(await client(), { listServices: "" }));
      assert.equal(refused.code, status.UNAUTHENTICATED);
      const viewer = await client("viewer");
      const { listServicesResponse } = await ask(viewer, { listServices: "" });
      assert.deepEqual(listServicesResponse?.service.map(({ name }) => name).sort(),
        on.api.services.map(({ service }) => service.typeName).sort());
      const left = viewer.raw.makeBidiStreamRequest(method.path, method.requestSerialize,
        method.responseDeserialize, viewer.metadata());
      left.on("error", () => undefined);
      left.write({ listServices: "" });
      await new Promise((resolve) => { left.once("data", resolve); });
      left.cancel();
      const files = async (request: object): Promise<readonly string[]> =>
        ((await ask(viewer, request)).fileDescriptorResponse?.fileDescriptorProto ?? [])
          .map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
      const calls = "cti/gateway/v1/calls.proto";
      const named = await files({ fileByFilename: calls });
      assert.equal(named[0], calls);
      assert.ok(named.includes("cti/gateway/v1/model.proto"), "with what it imports");
      for (const symbol of ["cti.gateway.v1.CallsService",
        "cti.gateway.v1.CallsService.WatchEvents", "cti.gateway.v1.WatchEventsRequest.links"]) {
        assert.deepEqual(await files({ fileContainingSymbol: symbol }), named, symbol);
      }
      for (const request of [{ fileContainingSymbol: "no.such.Type" },
        { fileByFilename: "no.proto" }, { fileContainingExtension: {
          containingType: "cti.gateway.v1.Event", extensionNumber: 7 } }]) {
        assert.equal((await ask(viewer, request)).errorResponse?.errorCode, status.NOT_FOUND);
      }
    });
  }

  it("gives new connections the renewed certificate and leaves open ones alone", async () => {
    const viewer = await client("viewer");
    const watched = new Collected(viewer.stream(CallsService.method.watchEvents, {}));
    await watched.until((items) => items.length > 0);
    const fresh = await rig();
    server.renew(fresh.tls);
    const fingerprint = await new Promise<string>((resolve, reject) => {
      const socket = connectTls({ host: "127.0.0.1", port: server.port, ALPNProtocols: ["h2"],
        ca: fresh.authority.authorityPem, servername: "localhost" });
      socket.on("secureConnect", () => {
        resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? "");
        socket.destroy();
      });
      socket.on("error", reject);
    });
    assert.equal(fingerprint, fresh.authority.fingerprint);
    on.gateway.switch.apply(ringing("100"));
    await watched.until((items) => items.some(({ item }) => item.case === "event"));
    await fresh.release();
  });

  it("names the port that is taken and what to do", async () => {
    const taken = createPlainServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, "127.0.0.1", () => {
        const where = taken.address();
        resolve(where !== null && typeof where === "object" ? where.port : 0);
      });
    });
    const second = createGrpcServer({ address: "127.0.0.1", port, tls: on.tls, api: on.api });
    const started = await second.start();
    assert.ok(!started.ok);
    assert.equal(started.fault.code, "address-in-use");
    assert.match(started.fault.message, new RegExp(`127\\.0\\.0\\.1:${port}.*grpc\\.port`));
    assert.equal(second.health.status, "failed");
    await second.stop(100);
    await new Promise((resolve) => taken.close(resolve));
  });

  it("answers a call under way while it stops", async () => {
    const operator = await client("operator");
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      on.gateway.switch.request = (_link, request) => new Promise((settle) => {
        answer = () => { settle({ ok: true, value: { service: request.service } }); };
        resolve();
      });
    });
    const pending = operator.unary(CallsService.method.makeCall,
      { link: "pbx-1", device: "100", number: "101" });
    await asked;
    const stopped = server.stop(3_000);
    answer();
    await pending;
    await stopped;
  });

  it("is stopped by force when a call outlasts the deadline", async () => {
    const operator = await client("operator");
    const asked = new Promise<void>((resolve) => {
      on.gateway.switch.request = () => { resolve(); return new Promise(() => undefined); };
    });
    const pending = failureOf(operator.unary(CallsService.method.makeCall,
      { link: "pbx-1", device: "100", number: "101" }));
    await asked;
    const startedMs = performance.now();
    await server.stop(200);
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs >= 190 && tookMs < 2_000, `${tookMs} ms`);
    assert.ok([status.UNAVAILABLE, status.CANCELLED].includes((await pending).code));
  });

  it("ends its streams with a status when it stops, within the deadline", async () => {
    const viewer = await client("viewer");
    const watched = new Collected(viewer.stream(CallsService.method.watchEvents, {}));
    await watched.until((items) => items.length > 0);
    const startedMs = performance.now();
    const [end] = await Promise.all([watched.ended, server.stop(3_000)]);
    assert.equal(end?.code, status.UNAVAILABLE);
    assert.equal(detailsOf(end as ServiceError).reason, "stopping");
    assert.ok(performance.now() - startedMs < 2_500, "no need for force");
    assert.equal(await viewer.statusOf(SystemService.method.getVersion), status.UNAVAILABLE);
  });
});
