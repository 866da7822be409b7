import assert from "node:assert/strict";
import { newMapper, play, recording, rows } from "./map-bench.js";

/** Each row: type, cause, connection (calls are A, B), calling>called, what else matters. */
const expected: readonly (readonly [string, readonly string[]])[] = [
  ["ast16-01-registration.txt", [
    "backInService normal 1001",
    "backInService normal 1002",
    "agentReady normal 1002 Agent Two 600",
    "backInService normal 1003",
    "outOfService normal 1003",
    "backInService normal 1003",
  ]],
  ["ast16-02-registration-bad-password.txt", [
  ]],
  ["ast16-60-park-and-retrieve.txt", [
    "originated newCall A.trunk-a 5550199>5550100 by trunk-a",
    "delivered newCall A.1001 5550199>5550100 by trunk-a",
    "established newCall A.1001 5550199>5550100 by trunk-a",
    "queued park A.701 5550199>5550100 by trunk-a - queued",
    "connectionCleared normalClearing A.701",
    "connectionCleared normalClearing A.trunk-a",
  ]],
  ["ast22-60-park-and-retrieve.txt", [
    "serviceInitiated newCall A.1001",
    "originated newCall A.1001 1001>1002",
    "delivered newCall A.1002 1001>1002",
    "established newCall A.1002 1001>1002",
    "transferred singleStepTransfer A.1002 - 1002>700 A.1001=A.1001(1001)",
    "queued park A.701 1001>700 via 1002 - queued",
    "serviceInitiated newCall B.1003",
    "originated newCall B.1003 1003>701",
    "callInformation normal B.1003 1003>701 answeredBy=pbx",
    "diverted park A.701 1001>700 via 1002 to 1003",
    "connectionCleared park B.1003",
    "callCleared park B",
    "established park A.1003 1001>700",
    "connectionCleared normalClearing A.1003",
    "connectionCleared normalClearing A.1001",
    "callCleared normalClearing A",
  ]],
  ["ast16-61-dtmf-and-mixmonitor.txt", [
    "originated newCall A.trunk-a 5550199>5550100 by trunk-a",
    "delivered newCall A.1001 5550199>5550100 by trunk-a",
    "established newCall A.1001 5550199>5550100 by trunk-a",
    "callInformation normal A.trunk-a 5550199>5550100 by trunk-a recording=started",
    "callInformation normal A.trunk-a 5550199>5550100 by trunk-a recording=stopped",
    "connectionCleared normalClearing A.1001",
    "connectionCleared normalClearing A.trunk-a",
    "callCleared normalClearing A",
  ]],
  ["ast22-61-dtmf.txt", [
    "serviceInitiated newCall A.1001",
    "originated newCall A.1001 1001>1002",
    "delivered newCall A.1002 1001>1002",
    "established newCall A.1002 1001>1002",
    "digitsGenerated normal A.1001 1",
    "digitsGenerated normal A.1001 2",
    "digitsGenerated normal A.1001 3",
    "connectionCleared normalClearing A.1002",
    "connectionCleared normalClearing A.1001",
    "callCleared normalClearing A",
  ]],
  ["ast16-90-reload-and-logoff.txt", [
  ]],
  ["ast16-00-login-and-lists.txt", [
  ]],
];

describe("AMI mapping: devices, parking and recording as recorded", () => {
  for (const [name, events] of expected) {
    it(name.replace(".txt", ""), () => {
      const mapper = newMapper();
      // The parker's phone hangs up only in the recording that follows.
      const left = name.startsWith("ast16-60") ? 1 : 0;
      assert.deepEqual(rows(play(mapper, recording(name))), events);
      assert.equal(mapper.picture.legs.size, left);
      assert.equal(mapper.picture.calls.size, left);
    });
  }
});
