import assert from "node:assert/strict";
import { create, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { EventSchema } from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { encodePlain } from "./plain-writer.js";

describe("plain writer", () => {
  const text = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }),
    fc.constantFrom("", "é".repeat(63), "é".repeat(64), "x".repeat(127), "x".repeat(128),
      "x".repeat(20_000)));
  const time = fc.record({ seconds: fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
    nanos: fc.integer({ min: 0, max: 999_999_999 }) });
  const connection = fc.record({ call: text, device: text });
  const number = fc.record({ raw: text, e164: text, kind: fc.integer({ min: 0, max: 4 }) });
  const event = fc.record({ number: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), at: time,
    link: text, type: fc.integer({ min: 0, max: 40 }), healed: fc.boolean(),
    connection, subject: number, digits: text, privateData: fc.dictionary(
      fc.string({ maxLength: 5 }).filter((key) => key !== "__proto__"), text, { maxKeys: 3 }),
    connections: fc.array(fc.record({ newConnection: connection, endpoint: number },
      { requiredKeys: ["newConnection"] }), { maxLength: 3 }),
    numberQueued: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    callsInFront: fc.integer({ min: 0, max: 2 }) }, { requiredKeys: [] });

  it("gives byte for byte what the library gives, for any event", () => {
    fc.assert(fc.property(event, (fields) => {
      assert.deepEqual(Buffer.from(encodePlain(EventSchema, fields)),
        Buffer.from(toBinary(EventSchema, create(EventSchema, fields))));
    }), { numRuns: 1_000 });
  });
});
