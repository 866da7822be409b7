/**
 * The least that carries a report from a PBX of CSTA to an application on this runtime: it asks for
 * an association and gives on every frame that is an invocation. `csta-relay.js PBX-PORT` prints
 * the port for applications.
 */

import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { benchCodec } from "./csta-load.js";

const applications = new Set<Socket>();
const server = createServer((socket) => {
  socket.setNoDelay(true);
  applications.add(socket);
  socket.on("error", () => undefined);
  socket.on("close", () => { applications.delete(socket); });
});
const pbx = connect(Number(process.argv[2]), "127.0.0.1");
let rest: Buffer = Buffer.alloc(0);
pbx.on("data", (chunk) => {
  const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
  let at = 0;
  for (; at + 2 <= bytes.length;) {
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) break;
    if (bytes[at + 2] === 0xa1) {
      for (const application of applications) application.write(bytes.subarray(at, end));
    }
    at = end;
  }
  rest = bytes.subarray(at);
});
pbx.on("close", () => { process.exit(0); });
pbx.write(benchCodec().encode({ kind: "associate", versions: ["4"] }) ?? "");
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
