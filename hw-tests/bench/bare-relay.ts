/**
 * The least that carries a byte from a PBX to a gRPC client on this runtime and machine: no model,
 * no store, no rights, no TLS. What it takes is the floor under the gateway's figures.
 * A program of its own: `bare-relay.js PORT PATH` prints the port of its gRPC server.
 */

import { connect } from "node:net";
import { Server, ServerCredentials, type ServerWritableStream } from "@grpc/grpc-js";
import { EventType } from "../../proto/gen/cti/gateway/v1/model_pb.js";

/** The events of one AMI message, as `call-script.ts` counts them. */
function typesOf(text: string): readonly EventType[] {
  if (text.startsWith("Event: Newchannel\r\n")) {
    return text.includes("\r\nChannel: PJSIP/trunk-a-") ? [EventType.ORIGINATED] : [];
  }
  if (text.startsWith("Event: Newstate\r\n")) {
    return text.includes("Ringing") ? [EventType.DELIVERED] : [];
  }
  if (text.startsWith("Event: BridgeEnter\r\n")) {
    return text.includes("BridgeNumChannels: 2") ? [EventType.ESTABLISHED] : [];
  }
  if (!text.startsWith("Event: Hangup\r\n")) return [];
  return text.includes("\r\nChannel: PJSIP/trunk-a-")
    ? [EventType.CONNECTION_CLEARED, EventType.CALL_CLEARED] : [EventType.CONNECTION_CLEARED];
}

/** `WatchEventsResponse{event{type, connection{call}}}`, all lengths below 128. */
function bytesOf(type: EventType, call: string): Buffer {
  const event = [5 << 3, type, (7 << 3) | 2, 2 + call.length, (1 << 3) | 2, call.length,
    ...Buffer.from(call, "latin1")];
  return Buffer.from([(1 << 3) | 2, event.length, ...event]);
}

const [, , amiPort, path = ""] = process.argv;
const watchers = new Set<ServerWritableStream<Buffer, Buffer>>();
const server = new Server();
const plain = (bytes: Buffer): Buffer => bytes;
server.addService({ watch: { path, requestStream: false, responseStream: true,
  requestSerialize: plain, requestDeserialize: plain, responseSerialize: plain,
  responseDeserialize: plain } }, {
  watch: (call: ServerWritableStream<Buffer, Buffer>) => {
    watchers.add(call);
    call.on("cancelled", () => { watchers.delete(call); });
  },
});

const socket = connect(Number(amiPort), "127.0.0.1");
let text = "";
socket.on("data", (chunk) => {
  text += chunk.toString("latin1");
  let at = 0;
  for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n", at)) {
    const message = text.slice(at, end);
    at = end + 4;
    const call = /\r\nLinkedid: (\S+)/.exec(message)?.[1] ?? "";
    for (const type of typesOf(message)) {
      const bytes = bytesOf(type, call);
      for (const watcher of watchers) watcher.write(bytes);
    }
  }
  text = text.slice(at);
});
socket.on("close", () => { process.exit(0); });
socket.write("Action: PJSIPShowEndpoints\r\nActionID: 1\r\n\r\n");
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});
