/** A TCP line between the gateway and a manager port that swallows chosen messages of the PBX. */

import { connect, createServer, type AddressInfo, type Socket } from "node:net";

const end = "\r\n\r\n";

export interface DeafLine {
  readonly port: number;
  /** What was swallowed, whole messages. */
  readonly swallowed: readonly string[];
  /** From now on messages for which this holds do not reach the gateway. */
  deafTo(test: (message: string) => boolean): void;
  stop(): Promise<void>;
}

/** `port` is the manager's; AMI messages end with an empty line, and the banner with its first. */
export async function startDeafLine(port: number): Promise<DeafLine> {
  const sockets = new Set<Socket>();
  const swallowed: string[] = [];
  let isDeaf: (message: string) => boolean = () => false;
  const server = createServer((gateway) => {
    const pbx = connect(port, "127.0.0.1");
    for (const [socket, other] of [[gateway, pbx], [pbx, gateway]] as const) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    gateway.pipe(pbx);
    let text = "";
    pbx.on("data", (bytes) => {
      text += bytes.toString("latin1");
      const pieces = text.split(end);
      text = pieces.pop() ?? "";
      for (const message of pieces) {
        if (isDeaf(message)) swallowed.push(message);
        else gateway.write(message + end, "latin1");
      }
      // The banner has no empty line behind it.
      if (!text.startsWith("Asterisk Call Manager")) return;
      gateway.write(text, "latin1");
      text = "";
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  return {
    port: (server.address() as AddressInfo).port, swallowed,
    deafTo: (test) => { isDeaf = test; },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => { server.close(() => { resolve(); }); });
    },
  };
}
