/** A mirror on the network. A bundle is signed; TLS keeps others from seeing what a unit runs. */

import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { fail, messageOf, ok, type Result } from "../base/result.js";
import type { Answer, Source } from "./mirror.js";

/** Without a byte. */
export const silenceMs = 30_000;

/**
 * `authorityPem`: of a mirror's own authority; empty: those that browsers know. `environment` may
 * name a proxy (HTTPS_PROXY, NO_PROXY), which then only sees where to.
 */
export function httpsSource(
  authorityPem: string, environment: Readonly<Record<string, string | undefined>> = {},
): Source {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, proxyEnv: environment });
  return {
    close: () => { agent.destroy(); },
    read: (url, offset, end) => new Promise<Result<Answer>>((resolve) => {
      const unreachable = (error: unknown): void => {
        resolve(fail("link-down", { en: `the mirror cannot be reached: ${messageOf(error)}`,
          fr: `le miroir n'est pas joignable : ${messageOf(error)}` }, { cause: error }));
      };
      const wanted = offset === 0 && end === undefined ? {}
        : { range: `bytes=${offset}-${end === undefined ? "" : end - 1}` };
      const asked = request(url, { agent, timeout: silenceMs,
        headers: { ...wanted, "user-agent": "jackfield" },
        ...(authorityPem !== "" && { ca: authorityPem }) });
      asked.on("timeout", () => { asked.destroy(new Error(`silent for ${silenceMs / 1_000} s`)); });
      asked.on("error", unreachable);
      asked.on("response", (response: IncomingMessage) => {
        const status = response.statusCode ?? 0;
        if (status >= 300) response.resume();
        resolve(ok({ status, body: response }));
      });
      asked.end();
    }),
  };
}
