import assert from "node:assert/strict";
import fc from "fast-check";
import { callingRights, type RoomMessage } from "../model/hotel.js";
import {
  applied, dated, emptyRoom, nameOf, nextWakeUp, stepTo, toldNothing, toldUnknown, wakeUpsMax,
  type HotelClock, type RoomState, type ToldState,
} from "./room-state.js";

const now: HotelClock = { date: "2026-11-24", time: "08:00", tomorrow: "2026-11-25", atMs: 1 };
const room = "205";

const guest = fc.record({ reservation: fc.constantFrom("1", "2", "3"),
  name: fc.constantFrom("Muster", "Roux") });
const at = fc.record({ time: fc.constantFrom("07:30", "09:00", "23:59") });
const message: fc.Arbitrary<RoomMessage> = fc.oneof(
  fc.record({ type: fc.constant("checkedIn" as const), room: fc.constant(room), guest,
    shared: fc.boolean() }),
  fc.record({ type: fc.constant("checkedOut" as const), room: fc.constant(room),
    shared: fc.boolean() }),
  fc.record({ type: fc.constant("guestChanged" as const), room: fc.constant(room), guest }),
  fc.record({ type: fc.constant("callingRight" as const), room: fc.constant(room),
    right: fc.constantFrom(...callingRights) }),
  fc.record({ type: fc.constantFrom("messageWaiting" as const, "doNotDisturb" as const),
    room: fc.constant(room), on: fc.boolean() }),
  fc.record({ type: fc.constant("wakeUpSet" as const), room: fc.constant(room), at }),
  fc.record({ type: fc.constant("wakeUpCleared" as const), room: fc.constant(room), at }));

/** A PBX that does what it is told and knows no more. */
function obey(pbx: Record<string, unknown>, said: RoomMessage): void {
  switch (said.type) {
    case "checkedIn": Object.assign(pbx, { in: true, name: nameOf(said.guest) }); break;
    case "checkedOut": Object.assign(pbx, { in: false, name: "" }); break;
    case "guestChanged": pbx["name"] = nameOf(said.guest); break;
    case "callingRight": pbx["right"] = said.right; break;
    case "messageWaiting": case "doNotDisturb": pbx[said.type] = said.on; break;
    case "wakeUpSet": pbx["wakeUp"] = said.at.time; break;
    case "wakeUpCleared": pbx["wakeUp"] = ""; break;
    default: assert.fail(said.type);
  }
}

/** Tells it step by step, at most `most` steps. */
function tell(
  pbx: Record<string, unknown>, state: RoomState, told: ToldState, most: number,
): ToldState {
  let known = told;
  for (let count = 0; count < most; count += 1) {
    const step = stepTo(state, known, now);
    if (step === undefined) return known;
    obey(pbx, step.message);
    known = step.told;
  }
  return known;
}

const stepsMax = 20;

describe("the state of a room", () => {
  it("whatever happens while whatever has been told: a PBX comes in step, and stays", () => {
    fc.assert(fc.property(fc.array(fc.tuple(message, fc.nat(4)), { maxLength: 30 }), (script) => {
      let state = emptyRoom(room);
      let told = toldNothing;
      const pbx: Record<string, unknown> = { in: false, name: "", messageWaiting: false,
        doNotDisturb: false, wakeUp: "" };
      for (const [said, steps] of script) {
        state = applied(state, said, now);
        told = tell(pbx, state, told, steps);
      }
      told = tell(pbx, state, told, stepsMax);
      assert.equal(stepTo(state, told, now), undefined);
      const { right: _right, ...known } = pbx;
      assert.deepEqual(known, { in: state.stay > 0, name: nameOf(state.guest),
        messageWaiting: state.messageWaiting, doNotDisturb: state.doNotDisturb,
        wakeUp: nextWakeUp(state, now) });
      if (state.right !== undefined) assert.equal(pbx["right"], state.right);
    }));
  });

  it("a PBX that may have forgotten is told all of an occupied room", () => {
    fc.assert(fc.property(fc.array(message, { maxLength: 20 }), (script) => {
      const state = script.reduce((before, said) => applied(before, said, now), emptyRoom(room));
      const pbx: Record<string, unknown> = { in: "?", name: "?", messageWaiting: "?",
        doNotDisturb: "?", wakeUp: "?", right: state.right };
      tell(pbx, state, toldUnknown, stepsMax);
      if (state.stay === 0) return;
      assert.deepEqual(pbx, { in: true, name: nameOf(state.guest), wakeUp: nextWakeUp(state, now),
        messageWaiting: state.messageWaiting, doNotDisturb: state.doNotDisturb,
        right: state.right });
    }));
  });

  it("the same word twice changes nothing, so that repeats do no harm", () => {
    fc.assert(fc.property(fc.array(message, { maxLength: 10 }), message, (script, said) => {
      const before = script.reduce((state, each) => applied(state, each, now), emptyRoom(room));
      const once = applied(before, said, now);
      assert.equal(applied(once, said, now), once);
    }));
  });

  it("a wake-up without a date is the next one; only those within a day are told; not too many",
    () => {
      assert.deepEqual(dated({ time: "07:30" }, now), { time: "07:30", date: "2026-11-25" });
      assert.deepEqual(dated({ time: "08:01" }, now), { time: "08:01", date: "2026-11-24" });
      const later = applied(emptyRoom(room), { type: "wakeUpSet", room,
        at: { date: "2026-11-26", time: "07:30" } }, now);
      assert.equal(nextWakeUp(later, now), "");
      assert.equal(nextWakeUp(later, { ...now, date: "2026-11-25", tomorrow: "2026-11-26" }),
        "07:30");
      let full = later;
      for (let minute = 10; minute < 30; minute += 1) {
        full = applied(full, { type: "wakeUpSet", room, at: { time: `09:${minute}` } }, now);
      }
      assert.equal(full.wakeUps.length, wakeUpsMax);
    });
});
