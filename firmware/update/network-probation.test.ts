import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { applied, fulfilWish, isSame, probationMs, readState, readWish, takeBack,
  type NetworkState } from "./network-probation.js";
import { noSettings, type NetworkSettings } from "./network-settings.js";

const fixed = { address: "192.0.2.10/24", gateway: "192.0.2.1", dns: "192.0.2.53" };
const wished: NetworkSettings = { ...noSettings, fixed, hostName: "lyon" };
const set = { mark: "a", name: "set", settings: wished } as const;

/** On probation since 1 s. */
function begun(): NetworkState {
  const step = fulfilWish({ takenBackAtMs: 5 }, set, noSettings, 1_000);
  assert.deepEqual(step?.settings, wished);
  return step?.state ?? {};
}

describe("network settings on probation", () => {
  it("keep those of before until the new ones are confirmed", () => {
    assert.deepEqual(begun(), { answer: { mark: "a", outcome: "on-probation" },
      probation: { before: noSettings, untilMs: 1_000 + probationMs, applied: false } });
    const confirmed = fulfilWish(applied(begun()), { mark: "b", name: "confirm" }, wished, 2_000);
    assert.deepEqual(confirmed, { state: { answer: { mark: "b", outcome: "confirmed" } } });
  });

  it("are taken back, once", () => {
    const back = takeBack(applied(begun()), 9_000);
    assert.deepEqual(back?.settings, noSettings);
    assert.deepEqual(back?.state, { answer: { mark: "a", outcome: "on-probation" },
      takenBackAtMs: 9_000 });
    assert.equal(takeBack(back?.state ?? {}, 9_000), undefined);
    assert.equal(fulfilWish(back?.state ?? {}, { mark: "c", name: "confirm" }, noSettings, 9_500)
      ?.state.answer?.outcome, "nothing-on-probation");
  });

  it("cannot be confirmed before the services have heard of them", () => {
    const step = fulfilWish(begun(), { mark: "b", name: "confirm" }, wished, 1_100);
    assert.equal(step?.state.answer?.outcome, "not-applied-yet");
    assert.ok(step?.state.probation !== undefined);
  });

  it("go back to the confirmed ones, however often others are tried", () => {
    const other = { ...wished, hostName: "nice" };
    const again = fulfilWish(applied(begun()), { ...set, mark: "b", settings: other }, wished,
      2_000);
    assert.deepEqual(again?.state.probation,
      { before: noSettings, untilMs: 2_000 + probationMs, applied: false });
    const back = fulfilWish(again?.state ?? {}, { ...set, mark: "c", settings: noSettings }, other,
      3_000);
    assert.deepEqual(back, { settings: noSettings,
      state: { answer: { mark: "c", outcome: "taken-back" } } });
  });

  it("are answered once for each wish, and refused where they are not well formed", () => {
    assert.equal(fulfilWish(begun(), set, wished, 2_000), undefined);
    const wrong = { ...wished, fixed: { ...fixed, gateway: "198.51.100.1" } };
    const refused = fulfilWish(begun(), { ...set, mark: "b", settings: wrong }, wished, 2_000);
    assert.equal(refused?.settings, undefined);
    assert.deepEqual(refused?.state, { ...begun(), answer: { mark: "b", outcome: "refused" } });
  });

  it("are read as they were written, and nothing else is a wish", () => {
    const { probation, ...rest } = applied(begun());
    const state = readState(JSON.stringify(rest), JSON.stringify(probation));
    assert.deepEqual(state.probation && { ...state.probation, before: undefined },
      { ...probation, before: undefined });
    assert.ok(isSame(state.probation?.before ?? wished, noSettings));
    assert.deepEqual(readState("", "{"),
      { answer: undefined, probation: undefined, takenBackAtMs: undefined });
    const read = readWish(JSON.stringify(set));
    assert.ok(read?.name === "set" && isSame(read.settings, wished));
    for (const wrong of ["", "[]", "null", "{\"name\":\"confirm\"}",
      JSON.stringify({ ...set, settings: { ...wished, vlan: "12" } }),
      JSON.stringify({ ...set, settings: { ...wished, hostName: "a b" } }),
      JSON.stringify({ ...set, settings: { ...wished, more: 1 } })]) {
      assert.equal(readWish(wrong), undefined, wrong);
    }
  });

  it("have as long as the unit's timer says", () => {
    const timer = readFileSync("image/root/usr/lib/systemd/system/jackfield-network-back.timer",
      "utf8");
    assert.equal(Number(/^OnActiveSec=(\d+)min$/m.exec(timer)?.[1]) * 60_000, probationMs);
  });
});
