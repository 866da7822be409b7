import assert from "node:assert/strict";
import { changedPaths, planSteps } from "./plan.js";
import { documentSchema, type Document } from "./schema.js";

function document(change: Record<string, unknown> = {}): Document {
  return documentSchema.parse({ version: 1, ...change });
}

const link = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
  ({ id, driver: "smdr", transport: { kind: "tcp", host: "h", port: 1 }, ...more });
const callsOn = (id: string): number => (id === "a" ? 3 : 0);

function steps(before: Record<string, unknown>, after: Record<string, unknown>): unknown[] {
  return planSteps(document(before), document(after), callsOn)
    .map(({ component, action, reason, callsAffected }) =>
      [component, action, reason, callsAffected]);
}

describe("configuration plan", () => {
  it("has nothing to do for the same document", () => {
    assert.deepEqual(steps({ links: [link("a")] }, { links: [link("a")] }), []);
  });

  it("starts everything the first time", () => {
    const plan = planSteps(undefined, document({ links: [link("a")] }), callsOn);
    assert.deepEqual(plan.map(({ component, action }) => `${action} ${component}`),
      ["start link a", "start grpc", "start web"]);
  });

  it("restarts only the CSTA server that changed", () => {
    const server = (id: string, port: number): Record<string, unknown> =>
      ({ id, port, protocol: "xml" });
    assert.deepEqual(steps({ csta: [server("a", 1), server("b", 2), server("c", 3)] },
      { csta: [server("a", 1), server("b", 4), server("d", 5)] }), [
      ["csta c", "stop", "removed from csta", 0],
      ["csta b", "restart", "changed: csta[1].port", 0],
      ["csta d", "start", "csta[2] is new", 0]]);
  });

  it("touches only the links that changed, and says why", () => {
    assert.deepEqual(steps(
      { links: [link("gone"), link("a"), link("same"), link("b")] },
      { links: [link("same"), link("b", { title: "Lyon" }),
        link("a", { transport: { kind: "tcp", host: "h", port: 2 } }), link("new")] }), [
      ["link gone", "stop", "removed from links", 0],
      ["link b", "reload", "changed: links[1].title", 0],
      ["link a", "restart", "changed: links[2].transport.port", 3],
      ["link new", "start", "links[3] is new", 0]]);
  });

  it("touches only the destinations that changed", () => {
    const to = (id: string, port: number): Record<string, unknown> =>
      ({ id, to: { kind: "tcp-client", host: "h", port } });
    assert.deepEqual(steps({ destinations: [to("gone", 1), to("a", 1), to("same", 1)] },
      { destinations: [to("same", 1), to("a", 2), to("new", 1)] }), [
      ["destination gone", "stop", "removed from destinations", 0],
      ["destination a", "restart", "changed: destinations[1].to.port", 0],
      ["destination new", "start", "destinations[2] is new", 0]]);
  });

  it("starts, reloads and stops a hotel", () => {
    const hotel = { telephones: ["a"] };
    assert.deepEqual(steps({}, { hotel }), [["hotel", "start", "hotel is new", 0]]);
    assert.deepEqual(steps({ hotel }, { hotel }), []);
    assert.deepEqual(steps({ hotel }, { hotel: { ...hotel, frontDesk: "b" } }),
      [["hotel", "reload", "changed: hotel.frontDesk", 0]]);
    assert.deepEqual(steps({ hotel }, {}), [["hotel", "stop", "hotel was removed", 0]]);
  });

  it("stops and starts a link that is disabled and enabled", () => {
    assert.deepEqual(steps({ links: [link("a")] }, { links: [link("a", { enabled: false })] }),
      [["link a", "stop", "changed: links[0].enabled", 3]]);
    assert.deepEqual(steps({ links: [link("a", { enabled: false })] }, { links: [link("a")] }),
      [["link a", "start", "changed: links[0].enabled", 0]]);
  });

  it("reloads what needs no new connection", () => {
    assert.deepEqual(steps({ links: [link("a")] }, { links: [link("a",
      { numbers: { country: "FR" } })], retention: { rawDays: 1 }, access: { sessionHours: 1 } }), [
      ["link a", "reload", "changed: links[0].numbers.country", 0],
      ["retention", "reload", "changed: retention.rawDays", 0],
      ["access", "reload", "changed: access.sessionHours", 0]]);
  });

  it("restarts a server that moves, and renews its certificate while it runs", () => {
    assert.deepEqual(steps({}, { grpc: { port: 1 }, tls: { names: ["x"] } }), [
      ["grpc", "restart", "changed: grpc.port, tls.names[0]", 0],
      ["web", "reload", "changed: tls.names[0]", 0]]);
    const reason = "changed: tls.certificate, tls.key";
    assert.deepEqual(steps({}, { tls: { certificate: "/c", key: "/k" } }),
      [["grpc", "reload", reason, 0], ["web", "restart", reason, 0]]);
  });

  it("restarts links that take the unit's time zone when that moves", () => {
    assert.deepEqual(steps({ links: [link("a"), link("b", { timeZone: "UTC" })] },
      { links: [link("a"), link("b", { timeZone: "UTC" })], unit: { timeZone: "Asia/Tokyo" } }), [
      ["link a", "restart", "changed: unit.timeZone", 3],
      ["unit", "reload", "changed: unit.timeZone", 0]]);
  });

  it("names places that appear, vanish or change their nature", () => {
    assert.deepEqual(changedPaths({ a: 1, b: [1, 2], c: {} }, { b: [1, 3, 4], c: [], d: null }),
      [["a"], ["b", 1], ["b", 2], ["c"], ["d"]]);
  });
});
