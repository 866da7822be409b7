/**
 * Routeing on the wire: octets put together by hand from the modules of ECMA-285 and ECMA-218, in
 * which no encoder of ours had a part.
 */

import assert from "node:assert/strict";
import { cstaBerCodec } from "./ber-codec.js";
import type { CstaMessage } from "./message.js";
import { phase2 } from "./phase1-2.js";
import { phase3 } from "./phase3.js";
import type { CstaPhase } from "./phase.js";

const dn = (text: string) => ({ kind: "dialingNumber" as const, text });
const reference = { crossRefIdentifier: "00000007", routeRegisterReqID: "00000001" };
const invoke = { kind: "invoke", invokeID: 1 } as const;

const vectors: readonly (readonly [string, CstaPhase, string, CstaMessage])[] = [
  ["RouteRegister", phase3, "a110 020101 020200f8 3007 3005 8003393030",
    { ...invoke, service: "RouteRegister", argument: { routeingDevice: dn("900") } }],
  ["its result", phase3, "a211 020101 300c 020200f8 3006 040400000001",
    { kind: "result", invokeID: 1, service: "RouteRegister",
      result: { routeRegisterReqID: "00000001" } }],
  ["RouteRequest", phase3, `a146 020101 02011f 303e 580400000007 800400000001
    6207 3005 8003393030 6109 3007 80053031343231 6307 3005 8003393030
    6b0f 300d 8002b164 a107 3005 8003393030 83021388`,
  { ...invoke, service: "RouteRequest", argument: { ...reference, currentRoute: dn("900"),
    callingDevice: dn("01421"), routeingDevice: dn("900"),
    routedCall: { callID: "b164", deviceID: dn("900") }, replyTimeout: 5_000 } }],
  ["ReRoute", phase3, "a118 020101 020120 3010 580400000007 800400000001 81021388",
    { ...invoke, service: "ReRoute", argument: { ...reference, replyTimeout: 5_000 } }],
  ["RouteSelect", phase3, `a125 020101 020121 301d 580400000007 800400000001
    a107 3005 8003313032 a303 820100 8401ff`,
  { ...invoke, service: "RouteSelect", argument: { ...reference, routeSelected: dn("102"),
    remainRetries: 0, routeUsedReq: true } }],
  ["RouteSelect with alternate routes", phase3, `a130 020101 020121 3028 580400000007
    800400000001 a107 3005 8003313032 a20e 3005 8003313033 3005 8003313034 8401ff`,
  { ...invoke, service: "RouteSelect", argument: { ...reference, routeSelected: dn("102"),
    alternateRoutes: [dn("103"), dn("104")], routeUsedReq: true } }],
  ["RouteUsed", phase3, `a11d 020101 020122 3015 580400000007 800400000001
    6207 3005 8003313032`,
  { ...invoke, service: "RouteUsed", argument: { ...reference, routeUsed: dn("102") } }],
  ["RouteEnd", phase3, `a11c 020101 020123 3014 580400000007 800400000001
    a106 a004 0a020090`,
  { ...invoke, service: "RouteEnd", argument: { ...reference,
    errorValue: { category: "operation", value: "routeingTimerExpired" } } }],
  ["RouteReject", phase3, "a117 020101 020124 300f 580400000007 800400000001 810101",
    { ...invoke, service: "RouteReject", argument: { ...reference,
      rejectCause: "busyOverflow" } }],
  ["RouteRequest of phase II", phase2, `a129 020101 02011f 3021 580400000007 6205 8003393030
    6107 80053031343231 6b09 8202b164 8003393030`,
  { ...invoke, service: "RouteRequest", argument: { crossRefIdentifier: "00000007",
    currentRoute: dn("900"), callingDevice: dn("01421"),
    routedCall: { callID: "b164", deviceID: dn("900") } } }],
  ["RouteSelect of phase II", phase2, "a115 020101 020121 300d 580400000007 6205 8003313032",
    { ...invoke, service: "RouteSelect", argument: { crossRefIdentifier: "00000007",
      routeSelected: dn("102") } }],
];

describe("CSTA routeing on the wire", () => {
  for (const [name, phase, hex, message] of vectors) {
    it(name, () => {
      const octets = Buffer.from(hex.replaceAll(/\s/g, ""), "hex");
      const codec = () => cstaBerCodec({ phase, framing: { name: "none" }, acse: "none" });
      assert.equal(Buffer.from(codec().encode(message) ?? []).toString("hex"),
        octets.toString("hex"));
      assert.deepEqual([...codec().decoder().push(octets)], [{ kind: "message", message }]);
    });
  }
});
