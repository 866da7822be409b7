/** What no recording shows: messages built after Asterisk's documentation of their fields. */

import assert from "node:assert/strict";
import type { AmiField } from "../../firmware/wire/ami.js";
import {
  channel, Follower, native, newMapper, play, recording, rows, type NativeChannel,
} from "./map-bench.js";

const one: NativeChannel = { name: "PJSIP/1001-00000001", id: "1.1", state: 4, number: "1001",
  exten: "600" };
const two: NativeChannel = { name: "PJSIP/1002-00000002", id: "1.2", linked: "1.1", state: 0,
  number: "1002" };
const three: NativeChannel = { name: "PJSIP/1003-00000003", id: "1.3", linked: "1.1", state: 0,
  number: "1003" };
const four: NativeChannel = { name: "PJSIP/1004-00000004", id: "1.4", state: 4, number: "1004",
  exten: "*8" };

const state = (view: NativeChannel, to: number): AmiField[] => channel({ ...view, state: to });
const dial = (from: NativeChannel, to: NativeChannel): AmiField[] =>
  [...channel(from), ...channel(to, "Dest")];
const hangup = (seconds: number, view: NativeChannel, cause = "16") =>
  native("Hangup", seconds, [...channel(view), ["Cause", cause]]);
const bridge = (id: string): AmiField[] => [["BridgeUniqueid", id], ["BridgeType", "basic"]];

/** 1001 calls a group: 1002 and 1003 ring. */
const ringing = [
  native("Newchannel", 1, channel(one)),
  native("Newchannel", 1, channel(two)), native("Newchannel", 1, channel(three)),
  native("DialBegin", 1, dial(one, two)), native("DialBegin", 1, dial(one, three)),
  native("Newstate", 1.1, state(two, 5)), native("Newstate", 1.1, state(three, 5)),
];

function told(messages: readonly ReturnType<typeof native>[]): string[] {
  const mapper = newMapper();
  const events = play(mapper, messages);
  const follower = new Follower();
  for (const event of events) follower.follow(event);
  return rows(events);
}

describe("AMI mapping: built messages", () => {
  it("rings a group, and says who answered elsewhere", () => {
    assert.deepEqual(told([...ringing,
      native("Newstate", 2, state(three, 6)),
      native("DialEnd", 2, [...dial(one, three), ["DialStatus", "ANSWER"]]),
      hangup(2, two, "26"), hangup(3, one), hangup(3, three)]), [
      "serviceInitiated newCall A.1001", "originated newCall A.1001 1001>600",
      "delivered newCall A.1002 1001>600", "delivered newCall A.1003 1001>600",
      "established newCall A.1003 1001>600", "connectionCleared multipleAlerting A.1002",
      "connectionCleared normalClearing A.1001", "connectionCleared normalClearing A.1003",
      "callCleared normalClearing A",
    ]);
  });

  it("follows a directed pickup through its masquerade", () => {
    const rename = (id: string, from: string, to: string) =>
      native("Rename", 3, [["Channel", from], ["Newname", to], ["Uniqueid", id]]);
    assert.deepEqual(told([...ringing.filter((each) => each.get("DestUniqueid") !== "1.3"
      && each.get("Uniqueid") !== "1.3"),
    native("Newchannel", 2, channel(four)),
    native("Pickup", 3, [...channel(four), ...channel(two, "Target")]),
    rename("1.4", four.name, `${four.name}<MASQ>`),
    rename("1.2", two.name, four.name),
    rename("1.4", `${four.name}<MASQ>`, `${two.name}<ZOMBIE>`),
    hangup(3, { ...four, name: `${two.name}<ZOMBIE>` }),
    native("BridgeEnter", 3, [...bridge("b"), ...state({ ...two, name: four.name }, 6)]),
    native("BridgeEnter", 3, [...bridge("b"), ...state(one, 6)]),
    hangup(9, one), hangup(9, { ...two, name: four.name })]), [
      "serviceInitiated newCall A.1001", "originated newCall A.1001 1001>600",
      "delivered newCall A.1002 1001>600",
      "serviceInitiated newCall B.1004", "originated newCall B.1004 1004>*8",
      "diverted callPickup A.1002 1001>600 to 1004",
      "connectionCleared callPickup B.1004", "callCleared callPickup B",
      "established callPickup A.1004 1001>600 via 1002",
      "connectionCleared normalClearing A.1001", "connectionCleared normalClearing A.1004",
      "callCleared normalClearing A",
    ]);
  });

  it("infers a transfer whose own event was lost", () => {
    const messages = recording("ast16-31-attended-transfer-by-sip-refer-replaces.txt")
      .filter((message) => message.name !== "AttendedTransfer");
    const events = told(messages);
    assert(events.includes("transferred transfer A.1001 B.1001 1001>1003 "
      + "A.trunk-a=A.trunk-a(5550199) B.1003=A.1003(1003)"), events.join("\n"));
    assert.equal(events.at(-1), "callCleared normalClearing A");
  });

  it("diverts a call that the phone forwards", () => {
    assert.deepEqual(told([...ringing.slice(0, 2), ringing[3] ?? assert.fail("no dial"),
      native("Newstate", 1.1, state(two, 5)),
      native("DialEnd", 2, [...dial(one, two), ["DialStatus", "CONGESTION"],
        ["Forward", "Local/1003@from-internal"]]), hangup(2, two), hangup(3, one)]).slice(2), [
      "delivered newCall A.1002 1001>600", "diverted callForward A.1002 1001>600 to 1003",
      "connectionCleared normalClearing A.1001", "callCleared normalClearing A",
    ]);
  });

  it("rings a telephone once, whose Local pair rings before its own dial is told", () => {
    const half = (number: "1" | "2"): NativeChannel => ({ id: `1.1${number}`, linked: one.id,
      name: `Local/1002@from-internal-00000001;${number}`, state: 0 });
    const [group, inside] = [half("1"), half("2")];
    assert.deepEqual(told([native("Newchannel", 1, channel(one)),
      native("LocalBridge", 1, [...channel(group, "LocalOne"), ...channel(inside, "LocalTwo")]),
      native("Newchannel", 1, channel(two)), native("DialBegin", 1, dial(inside, two)),
      native("Newstate", 1, state(group, 5)),
      native("DialBegin", 1, dial(one, { ...group, state: 5 })),
      native("Newstate", 1.1, state(two, 5))]).slice(2), ["delivered newCall A.1002 1001>600"]);
  });

  it("says that a queue's telephone behind a Local pair did not answer", () => {
    const half = (number: "1" | "2"): NativeChannel => ({ id: `1.1${number}`, linked: one.id,
      name: `Local/1002@from-queue-00000001;${number}`, state: 0 });
    const [member, inside] = [half("1"), half("2")];
    assert.deepEqual(told([native("Newchannel", 1, channel(one)),
      native("LocalBridge", 1, [...channel(member, "LocalOne"), ...channel(inside, "LocalTwo")]),
      native("DialBegin", 1, dial(one, member)), native("Newchannel", 1, channel(two)),
      native("DialBegin", 1, dial(inside, two)), native("Newstate", 1.1, state(two, 5)),
      native("AgentRingNoAnswer", 7, dial(one, member)),
      native("DialEnd", 7, [...dial(one, member), ["DialStatus", "NOANSWER"]]),
      hangup(7, member),
      native("DialEnd", 7, [...dial(inside, two), ["DialStatus", "CANCEL"]]), hangup(7, inside),
      hangup(7, two)]).slice(2), [
      "delivered newCall A.1002 1001>600", "connectionCleared callNotAnswered A.1002",
    ]);
  });

  it("lets an agent complete the work of a call for the queue's wrap-up time", () => {
    const member = (more: readonly AmiField[]): AmiField[] => [["Queue", "600"],
      ["MemberName", "Anne"], ["Interface", "PJSIP/1002"], ["StateInterface", "PJSIP/1002"],
      ...more];
    const mapper = newMapper();
    const events = [
      native("QueueMemberAdded", 1, member([["Status", "1"], ["Paused", "0"],
        ["Wrapuptime", "30"]])),
      native("AgentConnect", 2, member([])), native("AgentComplete", 20, member([])),
      native("QueueMemberStatus", 20, member([["Status", "1"], ["InCall", "0"]])),
    ].flatMap((message) => mapper.apply(message, Number(message.get("Timestamp")) * 1000));
    const endMs = 1_795_332_020_000 + 30_000;
    assert.equal(mapper.dueMs, endMs);
    assert.deepEqual(rows([...events, ...mapper.expire(endMs - 1), ...mapper.expire(endMs)]), [
      "agentLoggedOn normal 1002 Anne 600", "agentReady normal 1002 Anne 600",
      "agentBusy normal 1002 Anne 600", "agentWorkingAfterCall normal 1002 Anne 600",
      "agentReady normal 1002 Anne 600",
    ]);
    assert.equal(mapper.dueMs, undefined);
  });

  it("knows do-not-disturb and forwarding by FreePBX's device states, once each", () => {
    const custom = (device: string, on: string) =>
      native("DeviceStateChange", 1, [["Device", device], ["State", on]]);
    assert.deepEqual(told([custom("Custom:DND1001", "INUSE"), custom("Custom:DND1001", "INUSE"),
      custom("Custom:DND1001", "NOT_INUSE"), custom("Custom:CF1002", "INUSE"),
      custom("Custom:Other", "INUSE"), custom("Queue:600", "INUSE")]), [
      "doNotDisturb normal 1001 on", "doNotDisturb normal 1001 off", "forwarding normal 1002 on",
    ]);
  });

  it("ignores unknown events and names that only look like ours", () => {
    assert.deepEqual(told([native("TestEvent", 1, channel(one)), native("toString", 1, []),
      native("constructor", 1, channel(one)), native("Hangup", 1, []),
      native("Newchannel", 1, [["Channel", "PJSIP/1001-00000001"]])]), []);
  });
});
