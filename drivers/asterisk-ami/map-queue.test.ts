import assert from "node:assert/strict";
import { newMapper, play, recording, rows } from "./map-bench.js";

/** Each row: type, cause, connection (calls are A, B), calling>called, what else matters. */
const expected: readonly (readonly [string, readonly string[]])[] = [
  ["ast16-50-queue-agent-login-pause.txt", [
    "agentLoggedOn normal 1003 Agent Three 600",
    "agentReady normal 1003 Agent Three 600",
    "agentNotReady normal 1003 Agent Three 600 \"Lunch\"",
    "agentReady normal 1003 Agent Three 600",
  ]],
  ["ast16-51-queue-call-answered-by-agent.txt", [
    "originated newCall A.trunk-a 5550199>5550600 by trunk-a",
    "callInformation normal A.trunk-a 5550199>5550600 by trunk-a answeredBy=pbx",
    "queued enteringDistribution A.600 5550199>5550600 by trunk-a 1 queued",
    "diverted distributed A.600 5550199>5550600 by trunk-a to 1002",
    "delivered distributed A.1002 5550199>5550600 via 600 by trunk-a",
    "agentReady normal 1002 Agent Two 600",
    "established distributed A.1002 5550199>5550600 via 600 by trunk-a",
    "agentBusy normal 1002 Agent Two 600",
    "callInformation normal A.trunk-a 5550199>5550600 by trunk-a queue=600, agent=Agent Two, "
      + "holdTimeSeconds=1, ringTimeSeconds=0",
    "connectionCleared normalClearing A.1002",
    "connectionCleared normalClearing A.trunk-a",
    "callCleared normalClearing A",
    "agentReady normal 1002 Agent Two 600",
  ]],
  ["ast16-52-queue-call-second-agent-local-channel.txt", [
    "agentNotReady normal 1002 Agent Two 600 \"Break\"",
    "originated newCall A.trunk-a 5550199>5550600 by trunk-a",
    "callInformation normal A.trunk-a 5550199>5550600 by trunk-a answeredBy=pbx",
    "queued enteringDistribution A.600 5550199>5550600 by trunk-a 1 queued",
    "diverted distributed A.600 5550199>5550600 by trunk-a to 1003",
    "delivered distributed A.1003 5550199>5550600 via 600 by trunk-a",
    "agentReady normal 1003 Agent Three 600",
    "established distributed A.1003 5550199>5550600 via 600 by trunk-a",
    "agentBusy normal 1003 Agent Three 600",
    "callInformation normal A.trunk-a 5550199>5550600 by trunk-a queue=600, agent=Agent "
      + "Three, holdTimeSeconds=1, ringTimeSeconds=0",
    "connectionCleared normalClearing A.1003",
    "agentReady normal 1003 Agent Three 600",
    "connectionCleared normalClearing A.trunk-a",
    "callCleared normalClearing A",
    "agentReady normal 1002 Agent Two 600",
  ]],
  ["ast16-53-queue-ring-no-answer-then-abandon.txt", [
    "originated newCall A.trunk-a 5550199>5550600 by trunk-a",
    "callInformation normal A.trunk-a 5550199>5550600 by trunk-a answeredBy=pbx",
    "queued enteringDistribution A.600 5550199>5550600 by trunk-a 1 queued",
    "diverted distributed A.600 5550199>5550600 by trunk-a to 1002",
    "delivered distributed A.1002 5550199>5550600 via 600 by trunk-a",
    "agentReady normal 1002 Agent Two 600",
    "connectionCleared callNotAnswered A.1002",
    "queued callNotAnswered A.600 5550199>5550600 via 600 by trunk-a - queued",
    "diverted distributed A.600 5550199>5550600 via 600 by trunk-a to 1002",
    "delivered distributed A.1002 5550199>5550600 via 600 by trunk-a",
    "callInformation normal A.trunk-a 5550199>5550600 via 600 by trunk-a queueAbandoned=600, "
      + "holdTimeSeconds=18",
    "connectionCleared callCancelled A.1002",
    "connectionCleared normalClearing A.trunk-a",
    "callCleared callCancelled A",
  ]],
  ["ast16-54-queue-remove-agent.txt", [
    "agentLoggedOff normal 1003 Agent Three 600",
  ]],
  ["ast22-51-queue-call-answered-by-agent.txt", [
    "agentLoggedOn normal 1002 Anna support",
    "agentReady normal 1002 Anna support",
    "originated newCall A.trunk 0612345678>5550600 by trunk",
    "callInformation normal A.trunk 0612345678>5550600 by trunk answeredBy=pbx",
    "queued enteringDistribution A.support 0612345678>5550600 by trunk 1 queued",
    "diverted distributed A.support 0612345678>5550600 by trunk to 1002",
    "delivered distributed A.1002 0612345678>5550600 via support by trunk",
    "established distributed A.1002 0612345678>5550600 via support by trunk",
    "agentBusy normal 1002 Anna support",
    "callInformation normal A.trunk 0612345678>5550600 by trunk queue=support, agent=Anna, "
      + "holdTimeSeconds=0, ringTimeSeconds=0",
    "connectionCleared normalClearing A.1002",
    "connectionCleared normalClearing A.trunk",
    "callCleared normalClearing A",
    "agentReady normal 1002 Anna support",
    "agentNotReady normal 1002 Anna support \"lunch\"",
    "agentReady normal 1002 Anna support",
    "agentLoggedOff normal 1002 Anna support",
  ]],
  ["ast22-53-queue-ring-no-answer-then-abandon.txt", [
    "agentLoggedOn normal 1002 Anna support",
    "agentReady normal 1002 Anna support",
    "originated newCall A.trunk 0612345678>5550600 by trunk",
    "callInformation normal A.trunk 0612345678>5550600 by trunk answeredBy=pbx",
    "queued enteringDistribution A.support 0612345678>5550600 by trunk 1 queued",
    "diverted distributed A.support 0612345678>5550600 by trunk to 1002",
    "delivered distributed A.1002 0612345678>5550600 via support by trunk",
    "connectionCleared callNotAnswered A.1002",
    "queued callNotAnswered A.support 0612345678>5550600 via support by trunk - queued",
    "diverted distributed A.support 0612345678>5550600 via support by trunk to 1002",
    "delivered distributed A.1002 0612345678>5550600 via support by trunk",
    "callInformation normal A.trunk 0612345678>5550600 via support by trunk "
      + "queueAbandoned=support, holdTimeSeconds=9",
    "connectionCleared callCancelled A.1002",
    "connectionCleared normalClearing A.trunk",
    "callCleared callCancelled A",
    "agentLoggedOff normal 1002 Anna support",
  ]],
];

describe("AMI mapping: queues and agents as recorded", () => {
  for (const [name, events] of expected) {
    it(name.replace(".txt", ""), () => {
      const mapper = newMapper();
      assert.deepEqual(rows(play(mapper, recording(name))), events);
      assert.equal(mapper.picture.legs.size, 0);
      assert.equal(mapper.picture.calls.size, 0);
    });
  }
});
