import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { fail, ok } from "../../../firmware/base/result.js";
import { smdrCodec } from "../codec.js";
import { FramedDecoder } from "../framed-decoder.js";
import { formatOf } from "../formats/index.js";
import type { Framed } from "../framing.js";
import { attributeTypes, isAuthentic, readRadius, writeRequest, writeResponse }
  from "./radius-packet.js";
import { RadiusFraming, repeatsMax } from "./radius.js";

/** Sent by radclient of FreeRADIUS 3.2.1 with the secret `s3cr3t`. */
const recorded = Buffer.from(
  "0419019e421e445cc0e0f1231fa4678f08895e622806000000022c0a30303030303032410406c0000209"
  + "010c303134353637383930311f0c303134353637383930311e053230352e06000000462906000000001a"
  + "39000000091933683332332d73657475702d74696d653d2a30393a31353a30322e303030205554432053"
  + "756e204e6f7620323220323032361a3a000000091c34683332332d636f6e6e6563742d74696d653d3039"
  + "3a31353a30372e303030205554432053756e204e6f7620323220323032361a3d000000091d3768333233"
  + "2d646973636f6e6e6563742d74696d653d30393a31363a31372e303030205554432053756e204e6f7620"
  + "323220323032361a20000000091e1a683332332d646973636f6e6e6563742d63617573653d31301a1f00"
  + "0000091a19683332332d63616c6c2d6f726967696e3d616e737765721a20000000091b1a683332332d63"
  + "616c6c2d747970653d54656c6570686f6e791a38000000091832683332332d636f6e662d69643d303231"
  + "303239343420363030413138393920334644363130303920304532463343433521043132", "hex");
const secret = "s3cr3t";

const framing = (): RadiusFraming => new RadiusFraming({ secret: ok(secret) }, {});
const kinds = (framed: readonly Framed[]): readonly string[] => framed.map(({ kind }) => kind);
const told = (framed: readonly Framed[]): number => framed.reduce((sum, each) =>
  sum + (each.kind === "skipped" ? each.bytes
    : each.kind === "record" || each.kind === "garbage" ? each.bytes.length : 0), 0);
const text = (type: number, value: string): { type: number; value: Uint8Array } =>
  ({ type, value: Buffer.from(value) });
const number = (type: number, value: number): { type: number; value: Uint8Array } => {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return { type, value: octets };
};

function stop(identifier: number, session: string, delaySeconds = 0): Uint8Array {
  const { delayTime, sessionId, sessionTime, statusType } = attributeTypes;
  return writeRequest(identifier, [number(statusType, 2), text(sessionId, session),
    number(sessionTime, 70), number(delayTime, delaySeconds)], secret);
}

describe("RADIUS accounting", () => {
  it("reads the request of an independent client and prints it as a line", () => {
    assert.ok(isAuthentic(recorded, secret));
    assert.ok(!isAuthentic(recorded, "s3cr3T"));
    const decoder = new FramedDecoder(framing(), smdrCodec(formatOf("radius"), {}).decoder());
    const [line, reply] = decoder.push(recorded);
    assert.ok(line?.kind === "message" && line.message.says.phase === "completed");
    const { says } = line.message;
    assert.deepEqual([says.direction, says.callingNumber, says.calledNumber, says.durationMs,
      says.ringMs, says.reference, says.local],
    ["incoming", "0145678901", "205", 70_000, 5_000, "0000002A",
      { utcMs: Date.UTC(2026, 10, 22, 9, 15, 2) }]);
    assert.equal(says.privateFields["h323-disconnect-cause"], "10");
    assert.deepEqual(decoder.tally(), { record: recorded.length, skipped: 0 });
    assert.equal(reply?.kind, "reply");
  });

  it("answers with the response authenticator of RFC 2866 and the proxy's state", () => {
    const request = readRadius(recorded);
    assert.ok(typeof request !== "string");
    const answer = Buffer.from(writeResponse(request, secret));
    assert.equal(answer.subarray(0, 4).toString("hex"), "05190018");
    assert.equal(answer.subarray(20).toString("hex"), "21043132");
    const sum = createHash("md5").update(answer.subarray(0, 4)).update(request.authenticator)
      .update(answer.subarray(20)).update(secret).digest();
    assert.deepEqual(answer.subarray(4, 20), sum);
  });

  it("answers a repeated request and counts it once, also when only its delay has grown", () => {
    const one = framing();
    assert.deepEqual(kinds(one.receive(stop(1, "a"))), ["record", "reply"]);
    assert.deepEqual(kinds(one.receive(stop(1, "a"))), ["skipped", "reply"]);
    assert.deepEqual(kinds(one.receive(stop(2, "a", 5))), ["skipped", "reply"]);
    assert.deepEqual(kinds(one.receive(stop(3, "b", 5))), ["record", "reply"]);
    // A session's name may come again, where nothing says that it was sent again.
    assert.deepEqual(kinds(one.receive(stop(4, "a"))), ["record", "reply"]);
    for (let n = 0; n < repeatsMax; n += 1) one.receive(stop(n % 256, `s${n}`));
    assert.deepEqual(kinds(one.receive(stop(1, "a"))), ["record", "reply"]);
  });

  it("answers nobody who does not know the secret, and counts his bytes as garbage", () => {
    const wrong = new RadiusFraming({ secret: ok("another") }, {});
    const framed = wrong.receive(recorded);
    assert.ok(framed[0]?.kind === "garbage" && /shared secret/.test(framed[0].reason));
    assert.equal(framed.length, 1);
    const request = Buffer.from(stop(1, "a"));
    request[0] = 1;
    assert.deepEqual(kinds(framing().receive(request)), ["garbage"]);
  });

  it("is lost without its secret, and reads without one what is only tried", () => {
    const without = new RadiusFraming({ secret: fail("not-found", "no env:RADIUS") }, {});
    const [condition] = without.open();
    assert.ok(condition?.kind === "condition" && condition.condition.type === "lost");
    const joined = Buffer.concat([recorded, Buffer.from("\r\n"), stop(1, "a")]);
    const framed = new RadiusFraming({}, {}).receive(joined);
    assert.deepEqual(kinds(framed), ["record", "skipped", "skipped", "record"]);
    assert.equal(told(framed), joined.length);
  });

  it("survives anything and tells of every byte once", () => {
    const one = framing();
    const damaged = fc.tuple(fc.nat(recorded.length - 1), fc.nat(255)).map(([at, octet]) => {
      const copy = Buffer.from(recorded);
      copy[at] = octet;
      return copy;
    });
    const any = fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged,
      fc.nat(recorded.length).map((length) => recorded.subarray(0, length)));
    fc.assert(fc.property(any, (bytes) => {
      const framed = one.receive(bytes);
      assert.equal(told(framed), bytes.length);
      if (Buffer.compare(bytes, recorded) !== 0) assert.ok(!kinds(framed).includes("reply"));
    }), { numRuns: 1_000 });
  });
});
