import assert from "node:assert/strict";
import { acseVariants } from "./acse.js";
import { cstaBerCodec, rememberedMax } from "./ber-codec.js";
import type { CstaCodec, CstaMessage } from "./message.js";
import { phase3 } from "./phase3.js";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/[ |]/g, ""), "hex");
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? "none")
  .toString("hex");

function messages(codec: CstaCodec, chunks: Iterable<Uint8Array>): readonly CstaMessage[] {
  const decoder = codec.decoder();
  return [...chunks].flatMap((chunk) => [...decoder.push(chunk)].map((each) => {
    assert.ok(each.kind === "message", each.kind === "garbage" ? each.reason : "");
    return each.message;
  }));
}

const systemStatus = (status: "enabled" | "normal"): CstaMessage => ({ kind: "invoke",
  invokeID: 1, service: "SystemStatus", argument: { systemStatus: status } });
const answered: CstaMessage = { kind: "result", invokeID: 1, service: "SystemStatus", result: {} };

/** Seen on the wire of a Panasonic, frames and all. */
const panasonic: readonly (readonly ["C" | "S", string, CstaMessage])[] = [
  ["C", "00 25 | 60 23 80 02 07 80 A1 07 06 05 2B 0C 00 81 5A BE 14 28 12 06 07 2B 0C 00 82 1D 81"
    + "48 A0 07 A0 05 03 03 00 08 00", { kind: "associate", versions: ["4"] }],
  ["S", "00 31 | 61 2F 80 02 07 80 A1 07 06 05 2B 0C 00 81 5A A2 03 02 01 00 A3 05 A1 03 02 01 01"
    + "BE 14 28 12 06 07 2B 0C 00 82 1D 81 48 A0 07 A0 05 03 03 00 08 00",
  { kind: "associated", version: "4" }],
  ["S", "00 0E | A1 0C 02 01 01 02 02 00 D3 30 03 0A 01 02", systemStatus("normal")],
  ["C", "00 0D | A2 0B 02 01 01 30 06 02 02 00 D3 05 00", answered],
];

/** Of the structure and the lengths recorded from a HiPath 3000. */
const hipath: typeof panasonic = [
  ["C", "26 80 33 | 60 31 A1 07 06 05 2B 0C 00 81 5A 8A 02 06 80 AC 15 A2 13 A0 11 A0 0F 04 06 41"
    + "4D 48 4F 53 54 04 05 37 37 37 37 37 BE 0B 28 09 A0 07 A0 05 03 03 00 10 00",
  { kind: "associate", user: "AMHOST", password: "77777", versions: ["3"] }],
  ["S", "26 80 3C | 61 3A A1 07 06 05 2B 0C 00 81 5A A2 03 02 01 00 A3 05 A1 03 02 01 00 88 02 06"
    + "80 AA 12 A2 10 A0 0E A1 0C 04 03 61 70 73 04 05 56 38 2E 30 30 BE 0B 28 09 A0 07 A0 05 03 03"
    + "00 10 00", { kind: "associated", version: "3", product: "aps V8.00" }],
  ["S", "26 80 0E | A1 0C 02 01 01 02 02 00 D3 30 03 0A 01 01", systemStatus("enabled")],
  ["C", "26 80 0D | A2 0B 02 01 01 30 06 02 02 00 D3 05 00", answered],
];

function plain(): CstaCodec {
  return cstaBerCodec({ phase: phase3, framing: { name: "none" }, acse: acseVariants.plain });
}

describe("CSTA in ASN.1, as a whole", () => {
  for (const [name, framing, trace] of [["panasonic", "len16", panasonic],
    ["hipath", "hipath3", hipath]] as const) {
    it(`logs in as on the wire of a ${name}, in both directions`, () => {
      const ends = { C: "", S: "" } as Record<"C" | "S", string>;
      const codecOf = (): CstaCodec => cstaBerCodec({ phase: phase3, framing: { name: framing },
        acse: acseVariants[name] });
      const [client, server] = [codecOf(), codecOf()];
      const readers = { C: server.decoder(), S: client.decoder() };
      for (const [from, octets, message] of trace) {
        const bytes = (from === "C" ? client : server).encode(message);
        assert.equal(text(bytes), text(hex(octets)), message.kind);
        const read = [...hex(octets)].flatMap((octet) =>
          [...readers[from].push(Uint8Array.of(octet))]);
        assert.deepEqual(read, [{ kind: "message", message }]);
        ends[from] += octets;
      }
      assert.deepEqual(messages(codecOf(), [hex(ends.S)]), trace.filter(([from]) => from === "S")
        .map(([, , message]) => message));
    });
  }

  it("answers an application of another make in its own form", () => {
    const server = cstaBerCodec({ phase: phase3, framing: { name: "none" },
      acse: acseVariants.hipath });
    messages(server, [hex(panasonic[0]?.[1] ?? "").subarray(2)]);
    const form = hex("61 2F 80 02 07 80 A1 07 06 05 2B 0C 00 81 5A A2 03 02 01 00 A3 05 A1 03 02 01"
      + "00 BE 14 28 12 06 07 2B 0C 00 82 1D 81 48 A0 07 A0 05 03 03 00 08 00");
    assert.equal(text(server.encode({ kind: "associated", version: "4" })), text(form));
  });

  it("reads results that do not say of what", () => {
    const codec = plain();
    const device = { kind: "dialingNumber", text: "100" } as const;
    codec.encode({ kind: "invoke", invokeID: 5, service: "MonitorStart",
      argument: { monitorObject: { deviceObject: device } } });
    assert.deepEqual(messages(codec, [hex("A2 09 02 01 05 30 04 55 02 00 05")]), [{
      kind: "result", invokeID: 5, service: "MonitorStart",
      result: { monitorCrossRefID: "0005" } }]);
    // The same id again is nobody's, and a result of an operation that has no table, too.
    assert.deepEqual(messages(codec, [hex("A2 09 02 01 05 30 04 55 02 00 05")]),
      [{ kind: "result", invokeID: 5, result: {} }]);
    assert.deepEqual(messages(codec, [hex("A2 0B 02 01 06 30 06 02 02 03 E7 05 00")]),
      [{ kind: "result", invokeID: 6, result: {} }]);
    // What cannot be read is an answer nevertheless.
    const found = [...codec.decoder().push(hex("A2 0A 02 01 07 30 05 02 01 0A 04 00"))];
    assert.deepEqual(found.map(({ kind }) => kind), ["garbage", "message"]);
  });

  it("remembers no more than its bound", () => {
    const codec = plain();
    for (let id = 0; id <= rememberedMax; id += 1) {
      codec.encode({ kind: "invoke", invokeID: id, service: "RequestSystemStatus",
        argument: {} });
    }
    const named = (id: string): unknown =>
      messages(codec, [hex(`A2 0A 02 02 ${id} 30 03 0A 01 02`.replace("A2 0A", "A2 09"))])
        .map((message) => message.kind === "result" ? message.service : "");
    assert.deepEqual(named("00 00"), [undefined]);
    assert.deepEqual(named("00 01"), ["RequestSystemStatus"]);
  });

  it("names operations that it does not know, and arguments that it cannot read", () => {
    assert.deepEqual(messages(plain(), [hex("A1 09 02 01 02 02 02 03 E7 05 00"),
      hex("A1 08 02 01 03 02 01 47 04 00")]).map((message) =>
      message.kind === "unknown-invoke" ? [message.invokeID, message.operation,
        message.mistyped !== undefined] : message), [[2, "999", false], [3, "71", true]]);
  });

  it("numbers events that have no invoke id, and says nothing that it has not", () => {
    const codec = plain();
    const event: CstaMessage = { kind: "event", monitorCrossRefID: "0005", event: {
      type: "backInService", device: { kind: "dialingNumber", text: "100" } } };
    assert.deepEqual([event, event].flatMap((each) => messages(codec,
      [codec.encode(each) ?? hex("")])).map((message) => message.kind === "event"
      ? message.invokeID : undefined), [0x4000, 0x4001]);
    for (const message of [{ kind: "keep-alive" }, { kind: "handshake", step: "begin" },
      { kind: "keep-session", invokeID: 1, sessionID: "1" },
      { kind: "session-kept", invokeID: 1, duration: 60 },
      { kind: "unknown-invoke", invokeID: 1, operation: "999" },
      { kind: "reject", invokeID: 1, problem: "other" }] satisfies CstaMessage[]) {
      assert.equal(codec.encode(message), undefined, message.kind);
    }
    const without = cstaBerCodec({ phase: phase3, framing: { name: "len16" }, acse: "none" });
    assert.equal(without.encode({ kind: "associate", versions: [] }), undefined);
    assert.equal(text(without.encode({ kind: "keep-alive" })), "0000");
    assert.deepEqual(messages(without, [hex("00 00 00 03 80 01 00")]),
      [{ kind: "keep-alive" }, { kind: "abort", reason: "association gone" }]);
  });
});
