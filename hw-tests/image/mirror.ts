/** A mirror on the host, which the virtual machine reaches as its own gateway. */

import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { run } from "./machine.js";

/** Of QEMU's network: the host, seen from the guest. */
const hostAddress = "10.0.2.2";

export interface Mirror {
  readonly url: string;
  readonly authorityPem: string;
  readonly bundleBytes: number;
  /** Of the bundle and its block index. */
  sentBytes(): number;
  close(): void;
}

export async function startMirror(folder: string, bundle: string): Promise<Mirror> {
  const [key, certificate] = [`${folder}/mirror.key`, `${folder}/mirror.crt`];
  await run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
    "/CN=mirror", "-addext", `subjectAltName=IP:${hostAddress},IP:127.0.0.1`, "-keyout", key,
    "-out", certificate);
  const authorityPem = await readFile(certificate, "utf8");
  let sentBytes = 0;
  const server = createServer({ key: await readFile(key), cert: authorityPem },
    (request, response) => {
      const file = request.url === "/b.raucb.blocks" ? `${bundle}.blocks` : bundle;
      const [, from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "") ?? [];
      response.writeHead(from === undefined ? 200 : 206);
      const end = to === undefined || to === "" ? {} : { end: Number(to) };
      createReadStream(file, { start: Number(from ?? 0), ...end })
        .on("data", (bytes) => { sentBytes += bytes.length; })
        .pipe(response);
    });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `https://${hostAddress}:${port}/b.raucb`, authorityPem,
    bundleBytes: (await stat(bundle)).size, sentBytes: () => sentBytes,
    close: () => {
      server.close();
      server.closeAllConnections();
    } };
}
