import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { Registry } from "prom-client";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { eventNames } from "../../model/events.js";
import { EventType } from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { createApi } from "./api.js";
import { eventTypes } from "./enums.js";
import { simulatedGateway } from "./gateway-simulated.js";

/** All services of the .proto files, by name, with their methods. */
function declared(): Map<string, string[]> {
  const folder = new URL("../../../../proto/cti/gateway/v1/", import.meta.url);
  const found = new Map<string, string[]>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".proto"))) {
    const text = readFileSync(new URL(name, folder), "utf8");
    for (const [, service = "", body = ""] of text.matchAll(/^service (\w+) \{(.*?)^\}/gms)) {
      found.set(`cti.gateway.v1.${service}`,
        [...body.matchAll(/^\s*rpc (\w+)\(/gm)].map(([, method = ""]) => method));
    }
  }
  return found;
}

describe("management API", () => {
  it("has a handler for every method of every service in the .proto files", async () => {
    const gateway = await simulatedGateway({ world: new SimulatedWorld() });
    const api = createApi(gateway, new Registry());
    const wanted = [...declared()].flatMap(([service, methods]) =>
      methods.map((method) => `${service}/${method}`));
    assert.ok(wanted.length > 50, "the .proto files were read");
    assert.deepEqual([...api.methods.keys()].sort(), wanted.sort());
    for (const bound of api.methods.values()) assert.equal(typeof bound.handler, "function");
    await gateway.access.stop(0);
  });

  it("numbers the events in the order of the model's list", () => {
    assert.deepEqual(eventNames.map((name) => eventTypes[name]),
      eventNames.map((_, index) => index + 1));
    assert.equal(eventNames.length,
      Object.values(EventType).filter((value) => typeof value === "number").length - 1);
  });
});
