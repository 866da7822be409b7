import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { Registry } from "prom-client";
import { ok, type Result } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { AccessService } from "../../../proto/gen/cti/gateway/v1/access_pb.js";
import { CallsService } from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { LinksService } from "../../../proto/gen/cti/gateway/v1/links_pb.js";
import { RecordsService } from "../../../proto/gen/cti/gateway/v1/records_pb.js";
import { createApi } from "./api.js";
import { Door, streamsPerCredentialMax, unaryDeadlineMsDefault, unaryDeadlineMsMax,
  type Caller } from "./door.js";
import { simulatedGateway, simulatedPassword, type SimulatedGateway }
  from "./gateway-simulated.js";
import type { CallContext } from "./handler.js";
import { serverMetrics } from "./metrics.js";

const never = new AbortController().signal;

function caller(token: string | undefined, more: Partial<Caller> = {}): Caller {
  return { token, certificate: undefined, source: "grpc 192.0.2.9", deadlineMs: undefined,
    language: undefined, signal: never, ...more };
}

function code(result: Result<unknown> | undefined): string {
  if (result === undefined) return "nothing";
  return result.ok ? "ok" : result.fault.code;
}

describe("door", () => {
  let world: SimulatedWorld;
  let gateway: SimulatedGateway;
  let registry: Registry;
  let door: Door;

  beforeEach(async () => {
    world = new SimulatedWorld();
    gateway = await simulatedGateway({ world });
    registry = new Registry();
    door = new Door(gateway, serverMetrics(registry, "grpc"));
  });

  const { listLinks, restartLink, watchLinks } = LinksService.method;
  const list = () => Promise.resolve(ok({}));

  it("tells who calls to the handler, with deadline and language", async () => {
    const token = await gateway.token("viewer");
    let seen: CallContext | undefined;
    const result = await door.unary(listLinks, (_request, context) => {
      seen = context;
      return list();
    }, create(listLinks.input), caller(token, { deadlineMs: 5_000_000 }));
    assert.equal(code(result), "ok");
    assert.equal(seen?.identity?.name, "viewer");
    assert.equal(seen?.deadlineMs, unaryDeadlineMsMax);
    assert.equal(seen?.language, "fr");
    assert.deepEqual(world.timersPending.filter((name) => name === "api.deadline"), []);
  });

  it("answers for a handler that hangs, and aborts it", async () => {
    const token = await gateway.token("viewer");
    let signal: AbortSignal | undefined;
    const pending = door.unary(listLinks, (_request, context) => {
      signal = context.signal;
      return new Promise(() => undefined);
    }, create(listLinks.input), caller(token));
    await world.advance(unaryDeadlineMsDefault - 1);
    assert.equal(signal?.aborted, false);
    await world.advance(1);
    assert.equal(code(await pending), "deadline-passed");
    assert.equal(signal?.aborted, true);
  });

  it("turns a defect of a handler into a fault and logs it", async () => {
    const token = await gateway.token("viewer");
    const broken = await door.unary(listLinks, () => { throw new Error("broken"); },
      create(listLinks.input), caller(token));
    const rejected = await door.unary(listLinks, () => Promise.reject(new Error("rejected")),
      create(listLinks.input), caller(token));
    assert.deepEqual([code(broken), code(rejected)], ["internal", "internal"]);
    assert.equal(world.logged.filter(({ name }) => name === "api.defect").length, 2);
    const stream = door.stream(watchLinks, () => { throw new Error("broken"); },
      create(watchLinks.input), caller(token), () => undefined);
    assert.equal(code((await stream.next()).value), "internal");
    assert.equal((await stream.next()).done, true);
  });

  it("audits changes and refusals of known callers, but not strangers", async () => {
    const viewer = await gateway.token("viewer");
    const operator = await gateway.token("operator");
    const request = create(restartLink.input, { id: "pbx-1" });
    await door.unary(restartLink, list, request, caller(viewer));
    await door.unary(restartLink, list, request, caller(operator));
    await door.unary(restartLink, list, request, caller(undefined));
    await door.unary(restartLink, list, request, caller("js_unknown"));
    await door.unary(listLinks, list, create(listLinks.input), caller(viewer));
    assert.deepEqual(gateway.audit.entries.map(({ actor, action, subject, outcome, source }) =>
      [actor, action, subject, outcome, source]), [
      ["viewer", "RestartLink", "pbx-1", "permission-denied", "grpc 192.0.2.9"],
      ["operator", "RestartLink", "pbx-1", "ok", "grpc 192.0.2.9"],
    ]);
  });

  it("audits a sign-in under the name that was proved, without the password", async () => {
    const api = createApi(gateway, registry);
    const bound = api.methods.get("cti.gateway.v1.AccessService/SignIn");
    assert.ok(bound?.kind === "unary");
    const { signIn } = AccessService.method;
    for (const password of [simulatedPassword, "wrong-password-here"]) {
      await api.door("grpc").unary(bound.method, bound.handler,
        create(signIn.input, { name: "viewer", password }), caller(undefined));
    }
    assert.deepEqual(gateway.audit.entries.map(({ actor, subject, outcome }) =>
      [actor, subject, outcome]),
    [["viewer", "viewer", "ok"], ["nobody", "viewer", "unauthenticated"]]);
    assert.ok(!JSON.stringify(gateway.audit.entries.map(({ detailsJson }) => detailsJson))
      .includes(simulatedPassword));
  });

  it("audits an export when it begins", async () => {
    const token = await gateway.token("operator");
    const { exportRecords } = RecordsService.method;
    const stream = door.stream(exportRecords, async function *() { yield ok([{}]); },
      create(exportRecords.input), caller(token), () => undefined);
    await stream.next();
    assert.equal(gateway.audit.entries[0]?.action, "ExportRecords");
    await stream.return(undefined);
  });

  /** A stream that has nothing to say until it is aborted; notes that it was cleaned up. */
  function silent(ended: { count: number }) {
    return async function *(_request: unknown, context: CallContext) {
      try {
        await new Promise((resolve) => { context.signal.addEventListener("abort", resolve); });
        yield* [];
      } finally {
        ended.count += 1;
      }
    };
  }

  it("ends a stream when its credential does, its caller goes or the server stops", async () => {
    const ended = { count: 0 };
    const endings: readonly [string, (token: string) => Promise<unknown> | unknown, string][] = [
      ["revoked", async (token) => {
        const known = await gateway.access.authenticate({ bearer: token, source: "test" });
        assert.ok(known.ok);
        return gateway.access.signOut(known.value);
      }, "unauthenticated"],
      ["stopped", () => { door.close(); }, "stopping"],
    ];
    for (const [name, end, expected] of endings) {
      const token = await gateway.token("viewer");
      const stream = door.stream(watchLinks, silent(ended), create(watchLinks.input),
        caller(token), () => undefined);
      const next = stream.next();
      await world.settle();
      assert.equal(door.streamsOpen, 1, name);
      await end(token);
      assert.equal(code((await next).value), expected, name);
      assert.equal((await stream.next()).done, true);
      await world.settle();
      assert.equal(door.streamsOpen, 0, name);
    }
    assert.equal(ended.count, 2);
    const late = await door.unary(listLinks, list, create(listLinks.input),
      caller(await gateway.token("viewer")));
    assert.equal(code(late), "stopping");
  });

  it("keeps a watching caller signed in, within the session's whole time", async () => {
    const hourMs = 3_600_000;
    const token = await gateway.token("viewer");
    const known = async (bearer: string): Promise<string> =>
      code(await gateway.access.authenticate({ bearer, source: "test" }));
    const passive = await gateway.token("viewer");
    const stream = door.stream(watchLinks, silent({ count: 0 }), create(watchLinks.input),
      caller(token), () => undefined);
    const next = stream.next();
    await world.advance(11 * hourMs);
    assert.equal(door.streamsOpen, 1);
    assert.deepEqual([await known(token), await known(passive)], ["ok", "unauthenticated"]);
    await world.advance(hourMs);
    assert.equal(code((await next).value), "unauthenticated");
    assert.equal(await known(token), "unauthenticated");
  });

  it("lets a session go idle once its stream has ended", async () => {
    const token = await gateway.token("viewer");
    const gone = new AbortController();
    const stream = door.stream(watchLinks, silent({ count: 0 }), create(watchLinks.input),
      caller(token, { signal: gone.signal }), () => undefined);
    const next = stream.next();
    await world.advance(3_600_000);
    gone.abort();
    assert.equal(code((await next).value), "deadline-passed");
    await stream.return(undefined);
    await world.advance(1_800_000 + 10_000);
    assert.equal(code(await gateway.access.authenticate({ bearer: token, source: "test" })),
      "unauthenticated");
  });

  it("lets a short call finish when the server stops: it may be what moves it", async () => {
    const token = await gateway.token("viewer");
    let answer: (result: Result<object>) => void = () => undefined;
    const pending = door.unary(listLinks,
      () => new Promise((resolve) => { answer = resolve; }),
      create(listLinks.input), caller(token));
    await world.settle();
    door.close();
    await world.settle();
    answer(ok({}));
    assert.equal(code(await pending), "ok");
  });

  it("counts a caller's streams and refuses at the bound", async () => {
    const token = await gateway.token("viewer");
    const ended = { count: 0 };
    const open = () => door.stream(watchLinks, silent(ended), create(watchLinks.input),
      caller(token), () => undefined);
    const streams = Array.from({ length: streamsPerCredentialMax }, open);
    const waiting = streams.map((stream) => stream.next());
    await world.settle();
    const refused = await open().next();
    assert.equal(code(refused.value), "monitor-limit");
    const other = door.stream(watchLinks, silent(ended), create(watchLinks.input),
      caller(await gateway.token("admin")), () => undefined);
    const others = other.next();
    await world.settle();
    assert.equal(door.streamsOpen, streamsPerCredentialMax + 1);
    door.close();
    await Promise.all([...waiting, others]);
    await Promise.all([...streams, other].map((stream) => stream.next()));
    assert.equal(door.streamsOpen, 0);
  });

  it("counts calls by method and outcome", async () => {
    await door.unary(listLinks, list, create(listLinks.input), caller(undefined));
    const text = await registry.metrics();
    assert.ok(text.includes("jackfield_api_calls_total{server=\"grpc\","
      + "method=\"cti.gateway.v1.LinksService/ListLinks\",outcome=\"unauthenticated\"} 1"));
  });

  it("does not begin a stream for somebody who may not have it", async () => {
    const { watchEvents } = CallsService.method;
    const refused = await door.stream(watchEvents, async function *() { yield ok([{}]); },
      create(watchEvents.input), caller(undefined), () => { assert.fail("let in"); }).next();
    assert.equal(code(refused.value), "unauthenticated");
  });
});
