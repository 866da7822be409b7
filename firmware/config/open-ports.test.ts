import assert from "node:assert/strict";
import type { LinkConfig } from "./schema.js";
import { documentSchema } from "./schema.js";
import { openPorts } from "./open-ports.js";

const plain = documentSchema.parse({ version: 1 });
const link = (transport: object, enabled = true) => ({ enabled, transport }) as LinkConfig;

describe("open ports", () => {
  it("are those of the page and the API where nothing else is configured", () => {
    assert.deepEqual(openPorts(plain), { tcp: [8443, 9443], udp: [] });
  });

  it("are those of links and destinations that listen, each once", () => {
    const links = [link({ kind: "tcp-listen", address: "0.0.0.0", port: 5000 }),
      link({ kind: "udp", address: "0.0.0.0", port: 514 }),
      link({ kind: "tcp-listen", address: "0.0.0.0", port: 7000 }, false),
      link({ kind: "tcp", host: "192.0.2.1", port: 5038 })];
    const to = { kind: "tcp-server", address: "0.0.0.0", port: 5000 };
    assert.deepEqual(openPorts({ ...plain, links,
      destinations: [{ to }] as unknown as typeof plain.destinations }),
    { tcp: [5000, 8443, 9443], udp: [514] });
  });

  it("are not those of the loopback, nor those that are chosen when bound", () => {
    assert.deepEqual(openPorts({ ...plain, grpc: { ...plain.grpc, address: "127.0.0.1" },
      web: { ...plain.web, port: 0 } }), { tcp: [], udp: [] });
  });
});
