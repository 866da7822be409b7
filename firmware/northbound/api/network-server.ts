/** What the gRPC and the web server have in common: where they listen, and why they cannot. */

import type { Server } from "node:net";
import type { Component } from "../../base/component.js";
import { fail, messageOf, ok, type Result } from "../../base/result.js";
import type { Log } from "../../base/world.js";
import type { Api } from "./api.js";
import type { TlsMaterial } from "./peer.js";

export interface NetworkServerOptions {
  readonly address: string;
  /** 0: any free one. */
  readonly port: number;
  readonly tls: TlsMaterial;
  readonly api: Api;
}

export interface Bound {
  readonly address: string;
  readonly port: number;
}

export interface NetworkServer extends Component {
  /** Where it listens; undefined until started. */
  readonly bound: Bound | undefined;
  /** New connections get the new certificate; open ones go on. */
  renew(tls: TlsMaterial): void;
}

/** Faults `address-in-use`, `precondition`. Later errors of the listener are only logged. */
export function listen(
  name: "grpc" | "web" | "rfc2217" | "csta", listener: Server, { address, port }: Bound, log: Log,
): Promise<Result<Bound>> {
  return new Promise((resolve) => {
    listener.once("error", (error) => { resolve(listenFault(name, address, port, error)); });
    listener.listen(port, address, () => {
      const where = listener.address();
      listener.removeAllListeners("error");
      listener.on("error", (error) => {
        log.event(`${name}.listener`, { reason: error.message }, "error");
      });
      resolve(ok(where !== null && typeof where === "object"
        ? { address: where.address, port: where.port } : { address, port }));
    });
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function listenFault(
  server: string, address: string, port: number, error: unknown,
): ReturnType<typeof fail> {
  const where = `${address.includes(":") ? `[${address}]` : address}:${port}`;
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return fail("address-in-use", `The ${server} server cannot listen on ${where}: another`
        + ` program uses port ${port}. \`ss -ltnp sport = :${port}\` names it; stop it, or set`
        + ` ${server}.port in the configuration.`, { cause: error });
    case "EACCES":
      return fail("precondition", `The ${server} server may not listen on ${where}: ports below`
        + ` 1024 need a privilege. Set ${server}.port above 1023.`, { cause: error });
    case "EADDRNOTAVAIL":
      return fail("precondition", `The ${server} server cannot listen on ${where}: this machine`
        + ` has no address ${address}. Set ${server}.address to one that it has.`,
      { cause: error });
    default:
      return fail("precondition",
        `The ${server} server cannot listen on ${where}: ${messageOf(error)}`, { cause: error });
  }
}
