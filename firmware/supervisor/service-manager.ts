/**
 * What systemd is told (sd_notify(3), sd_watchdog_enabled(3)): that the gateway is ready, and, as
 * often as it wants, that its main thread still turns. Node has no datagrams between processes, so
 * koffi makes the calls; it is loaded only where a service manager listens.
 */

import { attempt, fail, ok, type Result } from "../base/result.js";
import type { World } from "../base/world.js";

/** Of Linux's socket(2), unix(7) and send(2), the same on x86-64 and arm64. */
const unix = 1;
const datagramCloseOnExec = 0o2_000_002;
const neverWait = 0x4040;
const pathBytesMax = 107;

/** Struct sockaddr_un; a name that begins with `@` is an abstract one. */
export function addressOf(socket: string): Buffer {
  const name = Buffer.from(socket.replace(/^@/, "\0"));
  if (name.length > pathBytesMax) throw new Error(`${socket} is too long for a socket`);
  // A path ends with a zero, an abstract name does not.
  return Buffer.concat([Buffer.from([unix, 0]), name, Buffer.alloc(name[0] === 0 ? 0 : 1)]);
}

async function senderTo(socket: string): Promise<(words: string) => boolean> {
  const { load } = await import("koffi");
  const library = load(null);
  const open = library.func("int socket(int domain, int type, int protocol)");
  const send = library.func("intptr_t sendto(int socket, const uint8_t *words, size_t length, "
    + "int flags, const uint8_t *address, uint32_t addressLength)");
  const address = addressOf(socket);
  const descriptor: unknown = open(unix, datagramCloseOnExec, 0);
  if (descriptor === -1) throw new Error("no socket");
  return (words) => {
    const bytes = Buffer.from(words);
    return send(descriptor, bytes, bytes.length, neverWait, address, address.length)
      === bytes.length;
  };
}

/**
 * To be called once, when the gateway is ready. Does nothing where NOTIFY_SOCKET is not set. Half
 * of WATCHDOG_USEC (microseconds) is the time between two words.
 */
export async function tellServiceManager(
  environment: Readonly<Record<string, string | undefined>>, world: World,
): Promise<Result<void>> {
  const { NOTIFY_SOCKET: socket = "", WATCHDOG_USEC: watchdog = "" } = environment;
  if (socket === "") return ok(undefined);
  const sender = await attempt("service-not-supported", "service manager", () => senderTo(socket));
  if (!sender.ok) return sender;
  if (!sender.value("READY=1")) return fail("service-not-supported", `${socket}: not told.`);
  const everyMs = Number(watchdog) / 2_000;
  const tell = (): void => {
    if (!sender.value("WATCHDOG=1")) world.log.event("supervisor.watchdog-not-told", {}, "warn");
    world.clock.after(everyMs, "supervisor.watchdog", tell);
  };
  if (everyMs > 0) tell();
  return ok(undefined);
}
