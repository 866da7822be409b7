import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { fail, ok, type Result } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { MakeCallRequestSchema } from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { keptMs, keptPerActorMax, RequestIds } from "./request-ids.js";

describe("request ids", () => {
  let world: SimulatedWorld;
  let ids: RequestIds;
  let runs = 0;

  beforeEach(() => {
    world = new SimulatedWorld();
    ids = new RequestIds(world.clock);
    runs = 0;
  });

  const ask = (
    requestId: string, number = "100", actor = "ann",
    run: () => Promise<Result<number>> = () => { runs += 1; return Promise.resolve(ok(runs)); },
  ): Promise<Result<number>> => ids.once(actor, requestId, MakeCallRequestSchema,
    create(MakeCallRequestSchema, { number, requestId }), run);

  it("does a request once and repeats its first answer, also a fault", async () => {
    assert.deepEqual(await ask("a"), ok(1));
    assert.deepEqual(await ask("a"), ok(1));
    assert.deepEqual(await ask("a", "100", "bob"), ok(2), "another actor's id is another id");
    assert.deepEqual([await ask(""), await ask("")], [ok(3), ok(4)], "no id: no memory");
    const refused = await ask("b", "100", "ann",
      () => Promise.resolve(fail("link-down", "no link")));
    assert.ok(!refused.ok);
    assert.equal(await ask("b"), refused);
    assert.equal(runs, 4);
  });

  it("lets a repetition wait for the first that is still under way", async () => {
    let answer: (result: Result<number>) => void = () => undefined;
    const first = ask("a", "100", "ann", () => new Promise((resolve) => { answer = resolve; }));
    const second = ask("a");
    answer(ok(42));
    assert.deepEqual(await Promise.all([first, second]), [ok(42), ok(42)]);
    assert.equal(runs, 0);
  });

  it("refuses the same id on another request", async () => {
    await ask("a", "100");
    const other = await ask("a", "101");
    assert.ok(!other.ok);
    assert.equal(other.fault.code, "argument-invalid");
    assert.deepEqual(other.fault.fields?.map(({ path }) => path), ["request_id"]);
  });

  it("forgets after ten minutes", async () => {
    await ask("a");
    await world.advance(keptMs - 1);
    assert.deepEqual(await ask("a"), ok(1));
    await world.advance(1);
    assert.deepEqual(await ask("a"), ok(2));
    assert.equal(ids.keptCount, 1);
  });

  it("keeps a bounded number an actor and drops answered ones first", async () => {
    for (let n = 0; n < keptPerActorMax + 5; n += 1) await ask(`id-${n}`);
    assert.equal(ids.keptCount, keptPerActorMax);
    assert.deepEqual(await ask("id-4"), ok(keptPerActorMax + 6), "the oldest are gone");
    assert.deepEqual(await ask(`id-${keptPerActorMax + 4}`), ok(keptPerActorMax + 5));
  });

  it("refuses when every place is taken by an unanswered request", async () => {
    for (let n = 0; n < keptPerActorMax; n += 1) {
      void ask(`id-${n}`, "100", "ann", () => new Promise(() => undefined));
    }
    const refused = await ask("one-more");
    assert.equal(refused.ok ? "ok" : refused.fault.code, "queue-full");
    assert.deepEqual(await ask("one-more", "100", "bob"), ok(1));
  });
});
