import { readdirSync } from "node:fs";
import assert from "node:assert/strict";
import fc from "fast-check";
import { linkId } from "../../firmware/model/identifiers.js";
import { amiDecoder, type AmiMessage } from "../../firmware/wire/ami.js";
import { Bridges } from "./bridges.js";
import { AmiMapper } from "./map.js";
import {
  Follower, newMapper, play, recording, recordingBytes, recordingsFolder, rows,
} from "./map-bench.js";

const names = readdirSync(recordingsFolder).filter((name) => name.endsWith(".txt")).toSorted();
const all = names.map((name) => recording(name));

function follow(messages: readonly AmiMessage[]): AmiMapper {
  const mapper = newMapper();
  const follower = new Follower();
  for (const event of play(mapper, messages)) follower.follow(event);
  return mapper;
}

describe("AMI mapping: what no sequence may break", () => {
  it("makes legal moves in every recording, and leaves nothing behind after all of them", () => {
    const mapper = follow(all.flat());
    assert.equal(mapper.picture.legs.size, 0);
    assert.equal(mapper.picture.calls.size, 0);
    assert.equal(new Bridges().dueMs, undefined);
  });

  it("stays legal when any single message is lost", () => {
    for (const [index, messages] of all.entries()) {
      for (let n = 0; n < messages.length; n += 1) {
        const name = messages[n]?.name;
        if (name === "VarSet" || name === "Newexten" || name === "CEL" || name === "TestEvent"
          || name === "RTCPSent" || name === "RTCPReceived") continue;
        try {
          follow(messages.toSpliced(n, 1));
        } catch (error) {
          assert.fail(`${names[index]} without message ${n} (${name}): ${String(error)}`);
        }
      }
    }
  });

  it("stays legal when many messages are lost, doubled or late", () => {
    const messages = all.flat().filter((message) => message.kind === "event"
      && message.get("Timestamp") !== undefined
      && !/^(VarSet|Newexten|CEL|TestEvent|RTCP)/.test(message.name));
    fc.assert(fc.property(fc.nat(messages.length - 1),
      fc.array(fc.tuple(fc.nat(250), fc.constantFrom("lose", "double", "swap")),
        { maxLength: 25 }), (start, changes) => {
        const part = messages.slice(start, start + 250);
        for (const [at, change] of changes) {
          const here = part[at];
          const next = part[at + 1];
          if (here === undefined) continue;
          if (change === "lose") part.splice(at, 1);
          else if (change === "double") part.splice(at, 0, here);
          else if (next !== undefined) part.splice(at, 2, next, here);
        }
        follow(part);
      }), { numRuns: 300 });
  });

  it("says the same however the bytes were cut", () => {
    const name = "ast16-32-attended-transfer-by-ami-atxfer.txt";
    const bytes = recordingBytes(name);
    const whole = rows(play(newMapper(), recording(name)));
    fc.assert(fc.property(fc.array(fc.nat(bytes.length), { maxLength: 200 }), (cuts) => {
      const decoder = amiDecoder();
      const messages: AmiMessage[] = [];
      let at = 0;
      for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
        for (const item of decoder.push(bytes.subarray(at, cut))) {
          assert(item.kind === "message");
          messages.push(item.message);
        }
        at = cut;
      }
      assert.deepEqual(rows(play(newMapper(), messages)), whole);
    }), { numRuns: 50 });
  });

  it("follows no more legs than its bound, and counts the rest", () => {
    const { options } = newMapper();
    const mapper = new AmiMapper(linkId("pbx"), options, { legsMax: 1 });
    const events = play(mapper, recording("ast16-12-internal-call-busy.txt"));
    assert(mapper.picture.refused > 0);
    assert.equal(mapper.picture.legs.size, 0);
    assert(events.some((event) => event.type === "callCleared"));
  });
});
