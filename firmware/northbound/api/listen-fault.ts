/** Why a server cannot listen, in words that say what to do. */

import { fail, messageOf } from "../../base/result.js";

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

export function listenFault(
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
