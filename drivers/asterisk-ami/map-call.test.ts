import assert from "node:assert/strict";
import { newMapper, play, recording, rows } from "./map-bench.js";

/** Each row: type, cause, connection (calls are A, B), calling>called, what else matters. */
const expected: readonly (readonly [string, readonly string[]])[] = [
  ["ast16-10-incoming-trunk-answer-hangup-by-caller.txt", [
    "originated newCall A.trunk-a 5550199>5550100 by trunk-a",
    "delivered newCall A.1001 5550199>5550100 by trunk-a",
    "established newCall A.1001 5550199>5550100 by trunk-a",
    "connectionCleared normalClearing A.trunk-a",
    "connectionCleared normalClearing A.1001",
    "callCleared normalClearing A",
  ]],
  ["ast16-11-internal-call-no-answer-cancel.txt", [
    "serviceInitiated newCall A.1001",
    "originated newCall A.1001 1001>1002",
    "delivered newCall A.1002 1001>1002",
    "agentReady normal 1002 Agent Two 600",
    "connectionCleared callCancelled A.1002",
    "connectionCleared normalClearing A.1001",
    "callCleared callCancelled A",
  ]],
  ["ast16-12-internal-call-busy.txt", [
    "serviceInitiated newCall A.1001",
    "originated newCall A.1001 1001>1002",
    "failed busy A.1002 1001>1002 at 1002",
    "connectionCleared busy A.1002",
    "connectionCleared busy A.1001",
    "callCleared busy A",
  ]],
  ["ast16-13-dial-timeout-noanswer.txt", [
    "serviceInitiated newCall A.1001",
    "originated newCall A.1001 1001>1002",
    "delivered newCall A.1002 1001>1002",
    "agentReady normal 1002 Agent Two 600",
    "connectionCleared normalClearing A.1001",
    "connectionCleared callNotAnswered A.1002",
    "callCleared callNotAnswered A",
  ]],
  ["ast16-14-unknown-did.txt", [
    "originated newCall A.trunk-a 5550199>5550999 by trunk-a",
    "failed numberUnallocated A.trunk-a 5550199>5550999 by trunk-a at 5550999",
    "connectionCleared numberUnallocated A.trunk-a",
    "callCleared numberUnallocated A",
  ]],
  ["ast16-20-hold-unhold.txt", [
    "serviceInitiated newCall A.1001",
    "originated newCall A.1001 1001>1002",
    "delivered newCall A.1002 1001>1002",
    "agentReady normal 1002 Agent Two 600",
    "established newCall A.1002 1001>1002",
    "agentBusy normal 1002 Agent Two 600",
    "held normal A.1001",
    "retrieved normal A.1001",
    "connectionCleared normalClearing A.1001",
    "connectionCleared normalClearing A.1002",
    "callCleared normalClearing A",
    "agentReady normal 1002 Agent Two 600",
  ]],
  ["ast16-40-originate-click-to-dial.txt", [
    "serviceInitiated makeCall A.1001",
    "originated makeCall A.1001 1001>1002",
    "delivered newCall A.1002 1001>1002",
    "agentReady normal 1002 Agent Two 600",
    "established newCall A.1002 1001>1002",
    "agentBusy normal 1002 Agent Two 600",
    "connectionCleared normalClearing A.1001",
    "connectionCleared normalClearing A.1002",
    "callCleared normalClearing A",
    "agentReady normal 1002 Agent Two 600",
  ]],
  ["ast16-41-originate-fails.txt", [
    "failed blocked A.1001 at 1001",
    "connectionCleared blocked A.1001",
    "callCleared blocked A",
  ]],
  ["ast16-70-async-agi.txt", [
    "serviceInitiated newCall A.1001",
    "originated newCall A.1001 1001>802",
    "callInformation normal A.1001 1001>802 answeredBy=pbx",
    "connectionCleared normalClearing A.1001",
    "callCleared normalClearing A",
  ]],
  ["ast22-10-incoming-trunk-answer-hangup-by-caller.txt", [
    "originated newCall A.trunk 0612345678>5550100 by trunk",
    "delivered newCall A.1001 0612345678>5550100 by trunk",
    "established newCall A.1001 0612345678>5550100 by trunk",
    "connectionCleared normalClearing A.trunk",
    "connectionCleared normalClearing A.1001",
    "callCleared normalClearing A",
  ]],
  ["ast22-11-internal-cancel.txt", [
    "serviceInitiated newCall A.1001",
    "originated newCall A.1001 1001>1002",
    "delivered newCall A.1002 1001>1002",
    "connectionCleared callCancelled A.1002",
    "connectionCleared normalClearing A.1001",
    "callCleared callCancelled A",
  ]],
  ["ast22-12-internal-reject-busy.txt", [
    "serviceInitiated newCall A.1001",
    "originated newCall A.1001 1001>1002",
    "delivered newCall A.1002 1001>1002",
    "failed busy A.1002 1001>1002 at 1002",
    "connectionCleared busy A.1002",
    "connectionCleared busy A.1001",
    "callCleared busy A",
  ]],
  ["ast22-14-unknown-did.txt", [
    "originated newCall A.trunk 0612345678>5559999 by trunk",
    "failed numberUnallocated A.trunk 0612345678>5559999 by trunk at 5559999",
    "connectionCleared numberUnallocated A.trunk",
    "callCleared numberUnallocated A",
  ]],
  ["ast22-15-outgoing-trunk.txt", [
    "serviceInitiated newCall A.1001",
    "originated newCall A.1001 1001>00612345678",
    "networkReached newCall A.trunk 1001>00612345678 by trunk",
    "delivered networkSignal A.trunk 1001>00612345678 by trunk",
    "established networkSignal A.trunk 1001>00612345678 by trunk",
    "connectionCleared normalClearing A.1001",
    "connectionCleared normalClearing A.trunk",
    "callCleared normalClearing A",
  ]],
  ["ast22-20-hold-unhold.txt", [
    "serviceInitiated newCall A.1001",
    "originated newCall A.1001 1001>1002",
    "delivered newCall A.1002 1001>1002",
    "established newCall A.1002 1001>1002",
    "held normal A.1001",
    "retrieved normal A.1001",
    "connectionCleared normalClearing A.1002",
    "connectionCleared normalClearing A.1001",
    "callCleared normalClearing A",
  ]],
  ["ast22-40-originate-click-to-dial.txt", [
    "serviceInitiated makeCall A.1001",
    "originated makeCall A.1001 1001>1002",
    "delivered newCall A.1002 1001>1002",
    "established newCall A.1002 1001>1002",
    "connectionCleared normalClearing A.1001",
    "connectionCleared normalClearing A.1002",
    "callCleared normalClearing A",
  ]],
  ["ast22-41-originate-refused.txt", [
    "serviceInitiated makeCall A.1001",
    "failed busy A.1001 at 1001",
    "connectionCleared busy A.1001",
    "callCleared busy A",
  ]],
];

describe("AMI mapping: what a recording of each call says", () => {
  for (const [name, events] of expected) {
    it(name.replace(".txt", ""), () => {
      const mapper = newMapper();
      assert.deepEqual(rows(play(mapper, recording(name))), events);
      assert.equal(mapper.picture.legs.size, 0);
      assert.equal(mapper.picture.calls.size, 0);
    });
  }
});
