/** The web server on real sockets: JSON, SSE, cookies, origins, files, downloads. */

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as connectHttp2, constants } from "node:http2";
import { request as requestHttps, type RequestOptions } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { simulatedPassword, simulatedRecord }
  from "../../firmware/northbound/api/gateway-simulated.js";
import { cookieName } from "../../firmware/northbound/web/browser-guard.js";
import { bodyBytesMax } from "../../firmware/northbound/web/exchange.js";
import type { NetworkServer } from "../../firmware/northbound/api/network-server.js";
import { createWebServer } from "../../firmware/northbound/web/server.js";
import { ringing, rig, value, type Rig } from "./server-rig.js";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const page = { "x-jackfield": "page", "content-type": "application/json" };
const calls = "/api/cti.gateway.v1.CallsService";
const links = "/api/cti.gateway.v1.LinksService";
const access = "/api/cti.gateway.v1.AccessService";
const records = "/api/cti.gateway.v1.RecordsService";

describe("web server on real sockets", () => {
  let on: Rig;
  let server: NetworkServer;
  let port = 0;
  let folder = "";

  const options = (path: string, asked: Asked): RequestOptions => ({
    host: "127.0.0.1", servername: "localhost", port, path, method: asked.method ?? "GET",
    ca: on.authority.authorityPem, agent: false,
    headers: { host: `localhost:${port}`, ...asked.headers } });

  const ask = (path: string, asked: Asked = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = requestHttps(options(path, asked), (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => { text += chunk; });
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
        response.on("error", reject);
      });
      request.on("error", reject);
      request.end(asked.body);
    });

  const post = (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    ask(path, { method: "POST", body: JSON.stringify(body), headers: { ...page, ...headers } });

  const signIn = async (name: string): Promise<Readonly<Record<string, string>>> => {
    const answer = await post(`${access}/SignIn`, { name, password: simulatedPassword });
    assert.equal(answer.status, 200, answer.text);
    const [cookie = ""] = (answer.headers["set-cookie"]?.[0] ?? "").split(";");
    return { cookie };
  };

  beforeEach(async () => {
    on = await rig();
    folder = await mkdtemp(join(tmpdir(), "jackfield-page-"));
    await mkdir(join(folder, "assets"));
    await writeFile(join(folder, "index.html"), "<!doctype html><title>page</title>");
    await writeFile(join(folder, "assets", "app-1a2b.js"), "export {};");
    await writeFile(join(folder, "assets", "app-1a2b.js.br"), "compressed");
    server = createWebServer({ address: "127.0.0.1", port: 0, tls: on.tls, api: on.api,
      pageFolder: folder, hsts: false });
    value(await server.start());
    port = server.bound?.port ?? 0;
  });

  afterEach(async () => {
    await server.stop(2_000);
    await on.release();
    await rm(folder, { recursive: true, force: true });
  });

  it("refuses TLS 1.2", async () => {
    const reason = await new Promise<string>((resolve) => {
      const socket = connectTls({ host: "127.0.0.1", port, maxVersion: "TLSv1.2",
        ca: on.authority.authorityPem, servername: "localhost" });
      socket.on("secureConnect", () => { resolve("connected"); socket.destroy(); });
      socket.on("error", (error) => { resolve(error.message); });
    });
    assert.match(reason, /protocol version|alert/i);
  });

  it("lets nobody in without credentials", async () => {
    for (const { service } of on.api.services) {
      for (const method of service.methods) {
        const answer = await post(`/api/${service.typeName}/${method.name}`, {});
        assert.equal(answer.status, method.name === "SignIn" ? 400 : 401, method.name);
      }
    }
    assert.equal((await ask("/metrics")).status, 401);
    const health = await ask("/healthz");
    assert.deepEqual([health.status, health.text], [200, ""]);
  });

  it("signs a page in by cookie and keeps the token from it", async () => {
    const answer = await post(`${access}/SignIn`,
      { name: "viewer", password: simulatedPassword });
    const json = JSON.parse(answer.text) as { token?: string; user: { role: string } };
    assert.equal(json.token, undefined);
    assert.equal(json.user.role, "ROLE_VIEWER");
    const set = answer.headers["set-cookie"]?.[0] ?? "";
    assert.match(set,
      new RegExp(`^${cookieName}=[^;]+; Path=/; Secure; HttpOnly; SameSite=Strict`));
    const cookie = await signIn("viewer");
    const listed = await post(`${links}/ListLinks`, {}, cookie);
    assert.equal((JSON.parse(listed.text) as { links: { id: string }[] }).links[0]?.id, "pbx-1");
    const out = await post(`${access}/SignOut`, {}, cookie);
    assert.match(out.headers["set-cookie"]?.[0] ?? "", /Max-Age=0/);
    assert.equal((await post(`${links}/ListLinks`, {}, cookie)).status, 401);
  });

  it("gives a script its token and takes it without further headers", async () => {
    const answer = await post(`${access}/SignIn`,
      { name: "viewer", password: simulatedPassword }, { "x-jackfield": "script" });
    assert.equal(answer.headers["set-cookie"], undefined);
    const { token } = JSON.parse(answer.text) as { token: string };
    const listed = await ask(`${links}/ListLinks`,
      { method: "POST", headers: { authorization: `Bearer ${token}` } });
    assert.equal(listed.status, 200);
    const metrics = await ask("/metrics", { headers: { authorization: `Bearer ${token}` } });
    assert.match(metrics.text, /^# HELP jackfield_up/);
  });

  it("refuses what another site may have made the browser send", async () => {
    const cookie = await signIn("operator");
    const path = `${links}/RestartLink`;
    const body = { id: "pbx-1" };
    const bare = await ask(path, { method: "POST", headers: cookie, body: JSON.stringify(body) });
    assert.equal(bare.status, 403);
    const foreign = await post(path, body, { ...cookie, origin: "https://evil.example" });
    assert.equal(foreign.status, 403);
    const site = await ask(`${calls}/WatchEvents`,
      { headers: { ...cookie, "sec-fetch-site": "cross-site" } });
    assert.equal(site.status, 403);
    const own = await post(path, body, { ...cookie, origin: `https://localhost:${port}` });
    assert.equal(own.status, 200, own.text);
    assert.equal((await ask(path, { headers: cookie })).status, 405);
  });

  it("answers errors with code, reason, advice and fields, in the caller's language", async () => {
    const cookie = await signIn("operator");
    const answer = await post(`${calls}/HoldCall?lang=en`, { connection: {} }, cookie);
    assert.equal(answer.status, 400);
    assert.deepEqual(JSON.parse(answer.text), {
      code: "INVALID_ARGUMENT", reason: "argument-invalid", retry: false,
      advice: "Correct the fields named in the message.",
      message: "link is required; connection.call is required; connection.device is required",
      fields: ["link", "connection.call", "connection.device"].map((path) =>
        ({ path, message: "is required" })) });
    const french = await post(`${calls}/HoldCall`, {}, { ...cookie, "accept-language": "fr-CA" });
    assert.match((JSON.parse(french.text) as { advice: string }).advice, /^Corrigez/);
    assert.equal(french.headers["content-language"], "fr");
    const broken = await ask(`${calls}/HoldCall`,
      { method: "POST", headers: { ...page, ...cookie }, body: "{" });
    assert.equal(broken.status, 400);
    assert.equal((await post("/api/cti.gateway.v1.No/Such", {}, cookie)).status, 404);
  });

  it("streams events with ids and resumes by Last-Event-ID", async () => {
    const cookie = await signIn("viewer");
    for (let n = 0; n < 5; n += 1) on.gateway.switch.apply(ringing("100"));
    on.gateway.events.settle();
    const text = await new Promise<string>((resolve, reject) => {
      let got = "";
      const request = requestHttps(options(`${calls}/WatchEvents?request=${
        encodeURIComponent(JSON.stringify({ afterNumber: "1" }))}`,
      { headers: { ...cookie, "last-event-id": "3" } }), (response) => {
        assert.equal(response.headers["content-type"], "text/event-stream; charset=utf-8");
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          got += chunk;
          if (!got.includes("\"live\"")) return;
          resolve(got);
          request.destroy();
        });
      });
      request.on("error", (error) => { if (got === "") reject(error); });
      request.end();
    });
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id);
    assert.deepEqual(ids, ["4", "5", "5"]);
    const [data = ""] = /(?<=^data: ).*$/m.exec(text) ?? [];
    const first = JSON.parse(data) as { event: { number: string; type: string } };
    assert.deepEqual([first.event.number, first.event.type], ["4", "EVENT_TYPE_DELIVERED"]);
    while (on.gateway.switch.gauges.monitors > 0) await new Promise(setImmediate);
  });

  it("opens a silent stream at once, refuses a wrong one with a status", async () => {
    const cookie = await signIn("viewer");
    const wrong = await ask(`${calls}/WatchEvents?request=${
      encodeURIComponent(JSON.stringify({ queueMax: 1_000_000 }))}`, { headers: cookie });
    assert.equal(wrong.status, 400);
    const type = await new Promise<string>((resolve, reject) => {
      const request = requestHttps(options("/api/cti.gateway.v1.SystemService/WatchAlarms",
        { headers: cookie }), (response) => {
        resolve(response.headers["content-type"] ?? "");
        request.destroy();
      });
      request.on("error", reject);
      request.end();
    });
    assert.match(type, /^text\/event-stream/);
  });

  it("sends an export as a file", async () => {
    for (let n = 0; n < 3; n += 1) await on.gateway.records.add(simulatedRecord(n));
    const request = encodeURIComponent(JSON.stringify({ format: "EXPORT_FORMAT_CSV" }));
    const path = `${records}/ExportRecords?download=1&request=${request}`;
    const answer = await ask(path, { headers: await signIn("operator") });
    assert.equal(answer.status, 200);
    assert.match(answer.headers["content-disposition"] ?? "",
      /^attachment; filename="jackfield-records-\d{4}-\d\d-\d\d\.csv"$/);
    assert.equal(answer.text.trim().split("\r\n").length, 4);
    assert.equal((await ask(path, { headers: await signIn("viewer") })).status, 403);
  });

  it("serves the page with its headers, caching what has a hash", async () => {
    const index = await ask("/records/today");
    assert.equal(index.status, 200);
    assert.match(index.text, /<title>page/);
    assert.equal(index.headers["cache-control"], "no-cache");
    const policy = String(index.headers["content-security-policy"] ?? "");
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(index.headers["x-content-type-options"], "nosniff");
    assert.equal(index.headers["strict-transport-security"], undefined);
    const again = await ask("/", { headers: { "if-none-match": index.headers.etag ?? "" } });
    assert.equal(again.status, 304);
    const script = await ask("/assets/app-1a2b.js", { headers: { "accept-encoding": "gzip, br" } });
    assert.match(script.headers["cache-control"] ?? "", /immutable/);
    assert.deepEqual([script.headers["content-encoding"], script.text], ["br", "compressed"]);
    assert.equal((await ask("/assets/app-1a2b.js")).text, "export {};");
    assert.equal((await ask("/assets/none.js")).status, 404);
    assert.equal((await ask("/..%2f..%2fetc/passwd")).status, 200, "a page, not the file");
    assert.equal((await ask("/%2e%2e/package.json")).status, 404);
  });

  it("refuses a body that is too long", async () => {
    const cookie = await signIn("admin");
    const answer = await ask("/api/cti.gateway.v1.ConfigurationService/ValidateConfiguration", {
      method: "POST", headers: { ...page, ...cookie },
      body: JSON.stringify({ document: "x".repeat(bodyBytesMax) }) });
    assert.equal(answer.status, 400);
    assert.match(answer.text, /longer than/);
  });

  it("speaks HTTP/2 with several streams on one connection", async () => {
    const cookie = await signIn("viewer");
    const session = connectHttp2(`https://localhost:${port}`,
      { ca: on.authority.authorityPem, lookup: (_host, wanted, done) => {
        done(null, wanted.all === true ? [{ address: "127.0.0.1", family: 4 }] as never
          : "127.0.0.1", 4);
      } });
    const one = (path: string): Promise<string> => new Promise((resolve, reject) => {
      const stream = session.request({ ":path": path, ":method": "GET", ...cookie });
      stream.setEncoding("utf8");
      let text = "";
      stream.on("data", (chunk: string) => {
        text += chunk;
        if (text.includes("data: ")) {
          resolve(text);
          stream.close(constants.NGHTTP2_CANCEL);
        }
      });
      stream.on("error", reject);
      stream.end();
    });
    const got = await Promise.all(Array.from({ length: 10 }, () => one(`${calls}/WatchEvents`)));
    assert.equal(got.filter((text) => text.includes("\"live\"")).length, 10);
    await new Promise<void>((resolve) => { session.close(resolve); });
  });

  it("ends its streams when it stops", async () => {
    const cookie = await signIn("viewer");
    const text = await new Promise<string>((resolve, reject) => {
      const request = requestHttps(options(`${calls}/WatchEvents`, { headers: cookie }),
        (response) => {
          let got = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            if (got === "") void server.stop(2_000);
            got += chunk;
          });
          response.on("end", () => { resolve(got); });
        });
      request.on("error", reject);
      request.end();
    });
    assert.match(text, /event: fault\ndata: .*"reason":"stopping"/);
  });
});
