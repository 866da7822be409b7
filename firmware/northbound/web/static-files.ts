/** The page's files, read into memory once: nothing outside the folder can ever be asked for. */

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { attempt, type Result } from "../../base/result.js";
import { header, sendText, type Exchange } from "./exchange.js";

export const filesMax = 500;
export const filesBytesMax = 52_428_800;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
  ".ico": "image/x-icon", ".webp": "image/webp", ".woff2": "font/woff2",
  ".json": "application/json; charset=utf-8", ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8", ".mp3": "audio/mpeg", ".ogg": "audio/ogg",
};

interface StaticFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
}

const encodings = [["br", ".br"], ["gzip", ".gz"]] as const;
const missingPage = `<!doctype html><html lang="fr"><meta charset="utf-8"><title>Jackfield</title>
<p lang="fr">La page n'est pas construite : lancez « make ui ».</p>
<p lang="en">The page is not built: run “make ui”.</p></html>
`;

export class StaticFiles {
  readonly #files: ReadonlyMap<string, StaticFile>;

  private constructor(files: ReadonlyMap<string, StaticFile>) {
    this.#files = files;
  }

  get count(): number {
    return this.#files.size;
  }

  /** A folder that does not exist is a page that is not built yet: no fault. */
  static load(folder: string): Promise<Result<StaticFiles>> {
    return attempt("precondition", `The page in ${folder} cannot be read`, async () => {
      const files = new Map<string, StaticFile>();
      let total = 0;
      for (const path of await listed(folder)) {
        const bytes = await readFile(join(folder, path));
        total += bytes.length;
        if (files.size >= filesMax || total > filesBytesMax) {
          throw new Error(`more than ${filesMax} files or ${filesBytesMax} bytes`);
        }
        files.set(`/${path}`, { bytes, type: types[extname(path)] ?? "application/octet-stream",
          etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"` });
      }
      return new StaticFiles(files);
    });
  }

  serve(exchange: Exchange): void {
    const { request, response, url } = exchange;
    if (request.method !== "GET" && request.method !== "HEAD") {
      sendText(exchange, 405, "text/plain; charset=utf-8", "", { allow: "GET, HEAD" });
      return;
    }
    const asked = url.pathname === "/" ? "/index.html" : url.pathname;
    const path = this.#files.has(asked) || extname(asked) !== "" ? asked : "/index.html";
    const file = this.#files.get(path);
    if (file === undefined) {
      if (path === "/index.html") {
        sendText(exchange, 503, "text/html; charset=utf-8", missingPage);
      } else {
        sendText(exchange, 404, "text/plain; charset=utf-8", "");
      }
      return;
    }
    const best = this.#encoded(path, header(exchange, "accept-encoding") ?? "");
    const sent = best?.file ?? file;
    const headers = {
      etag: sent.etag, vary: "accept-encoding",
      "cache-control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable"
        : path === "/index.html" ? "no-cache" : "public, max-age=3600",
    };
    if (header(exchange, "if-none-match") === sent.etag) {
      response.writeHead(304, headers);
      response.end();
      return;
    }
    response.writeHead(200, { ...headers, "content-type": file.type,
      "content-length": String(sent.bytes.length),
      ...(best === undefined ? {} : { "content-encoding": best.encoding }) });
    if (request.method === "HEAD") response.end();
    else response.end(sent.bytes);
  }

  #encoded(path: string, accepted: string): {
    readonly encoding: string; readonly file: StaticFile;
  } | undefined {
    for (const [encoding, suffix] of encodings) {
      const file = this.#files.get(`${path}${suffix}`);
      const wanted = new RegExp(`(^|[ ,])${encoding}(?! *; *q=0(\\.0*)?([ ,]|$))`);
      if (file !== undefined && wanted.test(accepted)) return { encoding, file };
    }
    return undefined;
  }
}

async function listed(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) =>
      join(entry.parentPath, entry.name).slice(folder.length).replace(/^\/+/, ""));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
