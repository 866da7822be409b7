import assert from "node:assert/strict";
import { newMapper, play, recording, rows } from "./map-bench.js";

/** Each row: type, cause, connection (calls are A, B), calling>called, what else matters. */
const expected: readonly (readonly [string, readonly string[]])[] = [
  ["ast16-30-blind-transfer-by-sip-refer.txt", [
    "originated newCall A.trunk-a 5550199>5550100 by trunk-a",
    "delivered newCall A.1001 5550199>5550100 by trunk-a",
    "established newCall A.1001 5550199>5550100 by trunk-a",
    "transferred singleStepTransfer A.1001 - 1001>1003 A.trunk-a=A.trunk-a(5550199)",
    "delivered singleStepTransfer A.1003 5550199>1003 via 1001 by trunk-a",
    "established singleStepTransfer A.1003 5550199>1003 via 1001 by trunk-a",
    "connectionCleared normalClearing A.1003",
    "connectionCleared normalClearing A.trunk-a",
    "callCleared normalClearing A",
  ]],
  ["ast16-31-attended-transfer-by-sip-refer-replaces.txt", [
    "originated newCall A.trunk-a 5550199>5550100 by trunk-a",
    "delivered newCall A.1001 5550199>5550100 by trunk-a",
    "established newCall A.1001 5550199>5550100 by trunk-a",
    "held normal A.1001",
    "serviceInitiated consultation B.1001",
    "originated consultation B.1001 1001>1003",
    "delivered consultation B.1003 1001>1003",
    "established consultation B.1003 1001>1003",
    "transferred transfer A.1001 B.1001 1001>1003 A.trunk-a=A.trunk-a(5550199) "
      + "B.1003=A.1003(1003)",
    "connectionCleared normalClearing A.trunk-a",
    "connectionCleared normalClearing A.1003",
    "callCleared normalClearing A",
  ]],
  ["ast16-32-attended-transfer-by-ami-atxfer.txt", [
    "originated newCall A.trunk-a 5550199>5550100 by trunk-a",
    "delivered newCall A.1001 5550199>5550100 by trunk-a",
    "established newCall A.1001 5550199>5550100 by trunk-a",
    "digitsGenerated normal A.1001 *",
    "digitsGenerated normal A.1001 2",
    "held normal A.1001",
    "digitsGenerated normal A.1001 1",
    "digitsGenerated normal A.1001 0",
    "digitsGenerated normal A.1001 0",
    "digitsGenerated normal A.1001 3",
    "serviceInitiated consultation B.1001",
    "originated consultation B.1001 1001>1003",
    "delivered consultation B.1003 1001>1003",
    "established consultation B.1003 1001>1003",
    "transferred transfer A.1001 B.1001 1001>1003 A.trunk-a=A.trunk-a(5550199) "
      + "B.1003=A.1003(1003)",
    "connectionCleared normalClearing A.trunk-a",
    "connectionCleared normalClearing A.1003",
    "callCleared normalClearing A",
  ]],
  ["ast16-33-redirect-and-hangup-by-ami.txt", [
    "originated newCall A.trunk-a 5550199>5550100 by trunk-a",
    "delivered newCall A.1001 5550199>5550100 by trunk-a",
    "established newCall A.1001 5550199>5550100 by trunk-a",
    "connectionCleared normalClearing A.1001",
    "delivered redirected A.1003 5550199>1003 via 1001 by trunk-a",
    "established redirected A.1003 5550199>1003 via 1001 by trunk-a",
    "connectionCleared normalClearing A.trunk-a",
    "connectionCleared normalClearing A.1003",
    "callCleared normalClearing A",
  ]],
  ["ast16-34-blindtransfer-by-ami.txt", [
    "originated newCall A.trunk-a 5550199>5550100 by trunk-a",
    "delivered newCall A.1001 5550199>5550100 by trunk-a",
    "established newCall A.1001 5550199>5550100 by trunk-a",
    "transferred singleStepTransfer A.1001 - 1001>1003 A.trunk-a=A.trunk-a(5550199)",
    "delivered singleStepTransfer A.1003 5550199>1003 via 1001 by trunk-a",
    "established singleStepTransfer A.1003 5550199>1003 via 1001 by trunk-a",
    "connectionCleared normalClearing A.trunk-a",
    "connectionCleared normalClearing A.1003",
    "callCleared normalClearing A",
  ]],
];

describe("AMI mapping: transfers as recorded", () => {
  for (const [name, events] of expected) {
    it(name.replace(/^ast16-|\.txt$/g, ""), () => {
      const mapper = newMapper();
      assert.deepEqual(rows(play(mapper, recording(name))), events);
      assert.equal(mapper.picture.legs.size, 0);
      assert.equal(mapper.picture.calls.size, 0);
    });
  }
});
