/** What the map makes of events that lack something, and of the many ways to name a device. */

import assert from "node:assert/strict";
import { linkId } from "../../firmware/model/identifiers.js";
import type { CallEvent } from "../../firmware/model/events.js";
import type { CstaConnection, CstaDevice, CstaEvent }
  from "../../firmware/wire/csta/message.js";
import { Calls, callsMax } from "./calls.js";
import { devicesOf } from "./devices.js";
import { mapEvent, type MapContext, type Mapped } from "./map.js";
import { DeviceNames } from "./names.js";
import { readPanasonicPart } from "./panasonic.js";

const dn = (text: string): CstaDevice => ({ kind: "dialingNumber", text });
const at = (callID: string, device: string): CstaConnection => ({ callID, deviceID: dn(device) });

function contextOf(): MapContext {
  const names = new DeviceNames();
  return { link: linkId("pbx"), driver: "csta12", names, calls: new Calls(names) };
}

function play(context: MapContext, ...events: readonly CstaEvent[]): Mapped[] {
  return events.map((event) => mapEvent(context, event,
    { monitor: "0001", device: undefined, atMs: 1 }));
}

function only(mapped: Mapped | undefined): CallEvent {
  assert.ok(mapped?.event !== undefined);
  return mapped.event;
}

const established = (callID: string, device: string): CstaEvent => ({ type: "established",
  establishedConnection: at(callID, device), answeringDevice: dn(device), cause: "normal" });

describe("CSTA map", () => {
  it("supposes a transfer's connections where phase I does not list them, and doubts", () => {
    const context = contextOf();
    play(context, established("0a", "101"), established("0a", "102"), established("0b", "101"),
      established("0b", "103"));
    const [mapped] = play(context, { type: "transferred", primaryOldCall: at("0a", "101"),
      secondaryOldCall: at("0b", "101"), transferringDevice: dn("101"),
      transferredToDevice: dn("103") });
    assert.match(mapped?.doubt ?? "", /without a list/);
    const event = only(mapped);
    assert.ok(event.type === "transferred");
    assert.deepEqual(event.connections, [
      { newConnection: { call: "0b", device: "102" },
        oldConnection: { call: "0a", device: "102" } },
      { newConnection: { call: "0b", device: "103" },
        oldConnection: { call: "0b", device: "103" } },
    ]);
  });

  it("knows a dynamic device again by what an event said of it, and gives it back as it came",
    () => {
      const context = contextOf();
      const native = { callID: "0a", deviceID: { kind: "dynamic", text: "01020304" } } as const;
      const [, held] = play(context,
        { type: "established", establishedConnection: native, answeringDevice: dn("101") },
        { type: "held", heldConnection: native, holdingDevice: "notKnown" });
      const event = only(held);
      assert.ok(event.type === "held");
      assert.deepEqual(event.connection, { call: "0a", device: "101" });
      assert.deepEqual(event.holdingDevice, { device: "101" });
      assert.deepEqual(context.calls.native(event.connection), native);
    });

  it("does not take a call for an older one that had the same name", () => {
    const context = contextOf();
    const native = { callID: "0a", deviceID: { kind: "dynamic", text: "01" } } as const;
    const [, , delivered] = play(context,
      { type: "established", establishedConnection: native, answeringDevice: dn("101") },
      { type: "connectionCleared", droppedConnection: native, releasingDevice: dn("101") },
      { type: "delivered", connection: native, alertingDevice: dn("102") });
    const event = only(delivered);
    assert.ok(event.type === "delivered");
    assert.equal(event.connection.device, "102");
  });

  it("fills who calls whom only with what the PBX said of this very call", () => {
    const context = contextOf();
    const failed: CstaEvent = { type: "failed", failedConnection: at("0a", "102"),
      failingDevice: dn("102"), calledDevice: dn("102"), cause: "busy" };
    const roles = (mapped: Mapped | undefined): readonly unknown[] => {
      const event = only(mapped);
      return "callingDevice" in event || "calledDevice" in event
        ? [event.callingDevice?.device, event.calledDevice?.device] : [undefined, undefined];
    };
    // Nothing was said before: nothing is known.
    assert.deepEqual(roles(play(contextOf(), failed)[0]), [undefined, "102"]);
    const [, told] = play(context, { type: "originated", originatedConnection: at("0a", "101"),
      callingDevice: dn("101"), calledDevice: dn("102"), cause: "newCall" }, failed);
    assert.deepEqual(roles(told), ["101", "102"]);
    // The end was missed, and the PBX uses the name again: the old caller is not the new one's.
    const [, again] = play(context, { type: "serviceInitiated",
      initiatedConnection: at("0a", "104"), initiatingDevice: dn("104") },
    { ...failed, failedConnection: at("0a", "104"), failingDevice: dn("104"),
      calledDevice: "notKnown" });
    assert.deepEqual(roles(again), [undefined, undefined]);
    // Nor is what another call said.
    const [other] = play(context, { ...failed, failedConnection: at("0b", "102") });
    assert.deepEqual(roles(other), [undefined, "102"]);
  });

  it("says nothing of an event that names no call, or has no word here", () => {
    const mapped = play(contextOf(),
      { type: "held", heldConnection: { deviceID: dn("101") }, holdingDevice: dn("101") },
      { type: "other", name: "lampMode", element: "a400" });
    assert.deepEqual(mapped.map(({ dropped }) => dropped), ["incomplete", "not-modelled"]);
  });

  it("keeps what the model has no word for, each private element by itself", () => {
    const [mapped] = play(contextOf(), { ...established("0a", "101"), correlatorData: "0a0b",
      userData: "4a", extensions: { time: "20240131101500Z", privateData: ["0500", "a400"] } });
    const { occurredAtMs, privateData } = only(mapped);
    assert.equal(occurredAtMs, Date.UTC(2024, 0, 31, 10, 15));
    assert.deepEqual(privateData, { driver: "csta12", fields: { correlatorData: "0a0b",
      userData: "4a", privateData: "0500", privateData2: "a400" } });
  });

  it("names devices by what one dials", () => {
    const names = new DeviceNames();
    const kinds: readonly (readonly [CstaDevice["kind"], string, string])[] = [
      ["dialingNumber", "tel:+33140506070;ext=1", "+33140506070"],
      ["dialingNumber", "sip:101@pbx.example", "101"], ["other", "4750:CM1:0.0.0.0:0", "4750"],
      ["explicitPublic:international", "33140506070", "+33140506070"],
      ["implicitPublic", "0140506070", "0140506070"],
    ];
    for (const [kind, text, number] of kinds) assert.equal(names.toModel({ kind, text }), number);
    names.learn({ kind: "deviceNumber", text: "17891429" }, "101", "Anna");
    assert.deepEqual(names.party({ kind: "deviceNumber", text: "17891429" }),
      { device: "101", name: "Anna" });
    assert.equal(names.party("restricted"), undefined);
  });

  it("reads ranges, and a part of a Panasonic list", () => {
    assert.deepEqual(devicesOf(["098-101", "7", "007", "x-1"]),
      ["098", "099", "100", "101", "7", "007", "x-1"]);
    assert.equal(devicesOf(["1-999999999"]).length, 50_000);
    assert.deepEqual(readPanasonicPart(["a409300730058103011165"]), undefined);
    assert.deepEqual(readPanasonicPart(["a418" + "3016" + "0101ff"
      + "3011300681040111006516043130310a" + "0100"]), undefined);
    assert.deepEqual(readPanasonicPart(["a418" + "0101ff" + "3013" + "3006810401110065"
      + "160431303031" + "0a0100" + "0500"]), { lastSegment: true, entries: [
      { deviceNumber: "17891429", number: "1001", category: "station" }] });
  });

  it("forgets the calls that were silent longest", () => {
    const context = contextOf();
    for (let call = 0; call < callsMax + 100; call += 1) {
      play(context, established(String(call), "101"));
    }
    assert.equal(context.calls.size, callsMax);
  });
});
