/**
 * The PBX's end of the wire, as plain as can be: it must cost nothing while it is measured with.
 */

import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A user may only do this: the gateway asks for nothing else. */
const commands = ["CoreSettings", "CoreStatus", "CoreShowChannels", "ListCommands", "Ping",
  "PJSIPShowEndpoints"];

export class AmiServer {
  readonly #server: Server;
  readonly #devices: readonly string[];
  readonly #ready = Promise.withResolvers<undefined>();
  readonly #channels: () => readonly string[];
  #socket: Socket | undefined;
  /** Snapshots asked for; more than the first one would end all calls. */
  snapshots = 0;

  /** `channels` lists those that stand, each as its lines; the gateway asks once a minute. */
  constructor(devices: readonly string[], channels: () => readonly string[]) {
    this.#devices = devices;
    this.#channels = channels;
    this.#server = createServer((socket) => { this.#accept(socket); });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => { this.#server.listen(0, "127.0.0.1", resolve); });
    return (this.#server.address() as AddressInfo).port;
  }

  /** The gateway has signed in and taken its first snapshot. */
  get ready(): Promise<undefined> {
    return this.#ready.promise;
  }

  /** False: the socket is full, the gateway does not read as fast. */
  write(text: string): boolean {
    assert(this.#socket !== undefined, "the gateway is connected");
    return this.#socket.write(text, "latin1");
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.write("Asterisk Call Manager/5.0.4\r\n");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
        this.#answer(socket, text.slice(0, end));
        text = text.slice(end + 4);
      }
    });
  }

  #answer(socket: Socket, request: string): void {
    const field = (key: string): string =>
      new RegExp(`^${key}: (.*)$`, "m").exec(request)?.[1]?.trim() ?? "";
    const id = `ActionID: ${field("ActionID")}\r\n`;
    const success = (...lines: readonly string[]): void => {
      socket.write(`Response: Success\r\n${id}${lines.map((line) => `${line}\r\n`).join("")}\r\n`);
    };
    const list = (name: string, items: readonly string[]): void => {
      success("EventList: start", "Message: A list follows");
      socket.write(`${items.map((item) => `Event: ${name}\r\n${id}${item}\r\n`).join("")}`
        + `Event: ${name}Complete\r\n${id}EventList: Complete\r\n`
        + `ListItems: ${items.length}\r\n\r\n`);
    };
    switch (field("Action")) {
      case "Challenge": success("Challenge: 123456789"); break;
      case "Login":
        success("Message: Authentication accepted");
        socket.write("Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n");
        break;
      case "CoreSettings": success("AMIversion: 5.0.4", "AsteriskVersion: 16.28.0"); break;
      case "CoreStatus":
        success("CoreStartupDate: 2026-11-22", "CoreStartupTime: 07:20:52");
        break;
      case "Ping": success("Ping: Pong", `Timestamp: ${(Date.now() / 1_000).toFixed(6)}`); break;
      case "ListCommands":
        success(...commands.map((name) => `${name}: no words about it  (Priv: system,all)`));
        break;
      case "CoreShowChannels":
        list("CoreShowChannel", this.#channels());
        break;
      case "PJSIPShowEndpoints":
        this.snapshots += 1;
        list("EndpointList", this.#devices.map((name) => "ObjectType: endpoint\r\n"
          + `ObjectName: ${name}\r\nAor: ${name}\r\nOutboundAuths: \r\n`
          + "DeviceState: Not in use\r\n"));
        setTimeout(() => { this.#ready.resolve(undefined); }, 1_500);
        break;
      default:
        socket.write(`Response: Error\r\n${id}Message: Invalid/unknown command: `
          + `${field("Action")}\r\n\r\n`);
    }
  }
}
