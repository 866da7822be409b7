/**
 * Certificates are made in a process of their own, once in a year: the library's 4 MB end with it
 * (a thread's would stay in the heap's pool). The other side is `certificate-process.ts`.
 */

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { fail, messageOf, type Result } from "../../base/result.js";
import type { World } from "../../base/world.js";

type Tasks = Pick<typeof import("./certificate-authority.js"),
  "makeAuthority" | "makeServerCertificate" | "issueClientCertificate">;
type Given<Name extends keyof Tasks> =
  Parameters<Tasks[Name]> extends [unknown, ...infer Rest] ? Rest : never;
type Made<Name extends keyof Tasks> = Awaited<ReturnType<Tasks[Name]>>;

/** What the process is told; keys go through its pipe only. */
export interface Order {
  readonly task: keyof Tasks;
  readonly given: readonly unknown[];
  /** The world's time (ms since 1970) and randomness, for the one serial number that is made. */
  readonly atMs: number;
  readonly random: Uint8Array;
}

const timeoutMs = 60_000;

/** As the function of that name in `certificate-authority.ts`. */
export async function makeCertificate<Name extends keyof Tasks>(
  world: World, task: Name, ...given: Given<Name>
): Promise<Made<Name>> {
  const order: Order = { task, given, atMs: world.clock.wall().getTime(),
    random: world.random.bytes(16) };
  const made = await new Promise<Result<unknown>>((resolve) => {
    const process = fork(fileURLToPath(new URL("./certificate-process.js", import.meta.url)),
      { execArgv: [], serialization: "advanced", timeout: timeoutMs });
    process.on("message", (message) => { resolve(message as Result<unknown>); });
    process.on("error", (error) => { resolve(fail("internal", messageOf(error))); });
    // Comes when its pipe has been read to the end: what it had to say has been said.
    process.on("close", () => {
      resolve(fail("internal", "The process that makes certificates ended."));
    });
    process.send(order);
  });
  return made as Made<Name>;
}
