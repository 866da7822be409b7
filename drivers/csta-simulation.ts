/** A simulated PBX that speaks CSTA, on TCP or TLS, for each of the three drivers. */

import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { fail, ok, type Result } from "../firmware/base/result.js";
import type { World } from "../firmware/base/world.js";
import { phase12Dialects, phase3Dialects, xmlDialects, type Dialect } from "./csta/dialects.js";
import { phase12Codec, phase3Codec, xmlCodec } from "./csta/driver.js";
import { CstaPeer, type CstaPeerPlan } from "./csta/peer.js";
import type { ScriptedCall } from "./script.js";
import { closeServer, listen, networkFaults, playFault, portOf, seeded, type Faults,
  type Place } from "./simulated-line.js";
import type { Simulation } from "./simulation.js";

export interface CstaSimulationPlan extends Place {
  readonly world: World;
  readonly seed: number;
  readonly driver: string;
  /** As the driver's option `pbx`; absent: `generic`. */
  readonly pbx?: string;
  readonly user: string;
  readonly secret: string;
  /** With these the PBX speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface CstaSimulation extends Simulation {
  readonly port: number;
  readonly peer: CstaPeer;
}

const names = ["Anna Weber", "Bruno Petit", "Chloé Martin", "David Klein", "Émile Roux",
  "Fatima Haddad", "Gilles Noël", "Hanna Schmidt"];

/** PBXs that let whoever comes sign in. */
const unsigned: ReadonlySet<string> =
  new Set(["panasonic", "omnipcx-office", "omnipcx-enterprise"]);

type Make = Pick<CstaPeerPlan, "association" | "codec" | "discovery" | "deviceNumbers"
  | "connectionDevices">;

function rowOf<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** In what the simulated PBX of a driver differs; undefined: there is no such PBX. */
function makeOf(driver: string, pbx: string): Make | undefined {
  const tables: Readonly<Record<string, Readonly<Record<string, Dialect>>>> =
    { "csta12": phase12Dialects, "csta3": phase3Dialects, "csta-xml": xmlDialects };
  const dialect = rowOf(rowOf(tables, driver) ?? {}, pbx);
  if (dialect === undefined) return undefined;
  const common = { association: dialect.association, discovery: dialect.discovery };
  if (driver === "csta12") {
    return { ...common, connectionDevices: "dynamic",
      codec: () => phase12Codec(pbx === "md110" ? "1" : "2", dialect) };
  }
  return driver === "csta3" ? { ...common, deviceNumbers: pbx === "panasonic",
    codec: () => phase3Codec(pbx as Parameters<typeof phase3Codec>[0], dialect) }
    : { ...common, codec: () => xmlCodec(pbx as Parameters<typeof xmlCodec>[0]) };
}

/** Eight telephones, two lines and a group. Fault: `argument-invalid` for a PBX there is not. */
export async function simulateCsta(plan: CstaSimulationPlan): Promise<Result<CstaSimulation>> {
  const { driver, pbx = "generic", user, secret, tls } = plan;
  const make = makeOf(driver, pbx);
  if (make === undefined) return fail("argument-invalid", `there is no PBX ${pbx} of ${driver}`);
  const sockets = new Set<Socket>();
  const { world, stop: stopTimers } = seeded(plan.world, plan.seed);
  const peer = new CstaPeer({ world, ...make, trunks: ["8001", "8002"],
    extensions: names.map((name, index) => ({ number: String(1001 + index), name })),
    queues: [{ number: "600", members: ["1007", "1008"] }],
    routeingDevices: [{ number: "900", defaultRoute: "1001" }],
    ...(make.association === "none" || unsigned.has(pbx) ? {} : { user, password: secret }) });
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => { sockets.delete(socket); });
    peer.accept({
      send: (bytes) => { if (!socket.destroyed) socket.write(bytes); },
      onReceive: (handler) => { socket.on("data", handler); },
      onClosed: (handler) => { socket.on("close", handler); },
      close: () => { socket.destroySoon(); },
    });
  };
  const server: Server = tls === undefined ? createServer(accept)
    : createTlsServer({ key: tls.key, cert: tls.cert }, accept);
  const listening = await listen(server, plan);
  if (!listening.ok) return listening;
  const port = portOf(server);
  return ok({
    port, peer, description: `${driver} (${pbx}) on ${plan.address}:${port}, user ${user}, `
      + "devices 1001-1008, 600 and 900 (routeing), trunks 8001-8002",
    call: (call) => { play(peer, call); },
    fault: (fault) => { playFault(world, fault, faultsOf(world, peer)); },
    traffic: (rate) => { if (rate > 0) peer.startTraffic(rate); else peer.stopTraffic(); },
    stop: async () => {
      peer.stop();
      stopTimers();
      await closeServer(server, sockets);
    },
  });
}

function play(peer: CstaPeer, { from, to, trunk, name, ringMs, talkMs }: ScriptedCall): void {
  peer.pbx.call({ from, to, ringMs, talkMs, behaviour: talkMs > 0 ? "answer" : "noAnswer",
    ...(trunk === undefined ? {} : { trunk }), ...(name === undefined ? {} : { name }) });
}

function faultsOf(world: World, peer: CstaPeer): Faults {
  return {
    ...networkFaults(world, peer),
    miss: (count) => { peer.missCleared(count); },
  };
}
