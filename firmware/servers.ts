/**
 * The gRPC, the web and the CSTA servers: moved when the configuration moves them, their
 * certificate renewed without a restart. Each slot knows what its server was made from, so that
 * applying the previous document brings back exactly what a failed change had altered.
 */

import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import type { Component, Health } from "./base/component.js";
import { attempt, done, fail, ok, type Result } from "./base/result.js";
import type { Cancellable, World } from "./base/world.js";
import type { CstaConfig, Document } from "./config/schema.js";
import { loadOrCreateAuthority, loadSuppliedCertificate, type Authority,
  type ClientCertificateIssuer } from "./northbound/access/authority.js";
import type { WatchedCertificate } from "./northbound/access/certificate-watch.js";
import type { Api } from "./northbound/api/api.js";
import type { NetworkServer } from "./northbound/api/network-server.js";
import type { TlsMaterial } from "./northbound/api/peer.js";
import type { CstaView } from "./northbound/api/gateway-view.js";
import { auditActor } from "./northbound/access/audit-call.js";
import type { Feed } from "./northbound/csta/feed.js";
import type { CstaServer } from "./northbound/csta/server.js";
import { createGrpcServer } from "./northbound/grpc/server.js";
import { createWebServer } from "./northbound/web/server.js";

const stopMsMax = 5_000;
/** An address that the unit has got, or files that somebody has replaced, count within an hour. */
export const renewalCheckMs = 3_600_000;

export interface ServersParts {
  readonly world: World;
  readonly tlsFolder: string;
  readonly pageFolder: string;
  /** Comes once everything that it shows exists. */
  readonly api: () => Api;
}

type Kind = "grpc" | "web" | `csta ${string}`;

/** What of the document one server is made from. */
interface Wish {
  readonly address: string;
  readonly port: number;
  /** Browsers may insist on HTTPS: only with a certificate that they know. */
  readonly hsts: boolean;
  readonly csta?: CstaConfig;
}

/** Loaded when a document wants a CSTA server: the encodings take 3 MB. */
const serving = async () => ({ ...await import("./csta-codecs.js"),
  ...await import("./northbound/csta/feed.js"), ...await import("./northbound/csta/server.js") });

export class Servers implements Component {
  readonly name = "northbound";
  /** Signs client certificates with whatever authority is in force. */
  readonly issuer: ClientCertificateIssuer = {
    issueClientCertificate: (requestPem, validDays) =>
      this.#authority?.issueClientCertificate(requestPem, validDays)
      ?? Promise.resolve(fail("precondition", "The servers have not been started.")),
  };
  readonly #parts: ServersParts;
  readonly #slots = new Map<Kind, { readonly wish: Wish; readonly server: NetworkServer }>();
  /** From which all CSTA servers live. */
  #feed: Feed | undefined;
  #document: Document | undefined;
  #authority: Authority | undefined;
  #tls: TlsMaterial | undefined;
  #timer: Cancellable | undefined;
  #renewing = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: ServersParts) {
    this.#parts = parts;
  }

  get health(): Health {
    if (this.#document !== undefined && this.#slots.size < 2 + this.#document.csta.length) {
      return { status: "failed", reason: "a server could not be started again" };
    }
    return this.children.map((child) => child.health).find(({ status }) => status === "failed")
      ?? { status: "ok" };
  }

  get children(): readonly Component[] {
    return [...this.#slots.values()].map(({ server }) => server);
  }

  restartsOf(): number {
    return 0;
  }

  get authority(): Authority | undefined {
    return this.#authority;
  }

  /** What the servers speak TLS with; undefined until they have been started. */
  get tls(): TlsMaterial | undefined {
    return this.#tls;
  }

  /** For the forecast: what ends when. */
  certificates(): readonly WatchedCertificate[] {
    if (this.#tls === undefined || this.#authority === undefined) return [];
    const server = Date.parse(new X509Certificate(this.#tls.certificatePem).validTo);
    return [{ subject: "server", expiresAtMs: server },
      { subject: "authority", expiresAtMs: this.#authority.authorityExpiresAtMs }];
  }

  get grpcPort(): number | undefined {
    return this.#slots.get("grpc")?.server.bound?.port;
  }

  get webPort(): number | undefined {
    return this.#slots.get("web")?.server.bound?.port;
  }

  /** The servers start when the first configuration is applied; later, with the last one. */
  start(): Promise<Result<void>> {
    this.#schedule();
    const document = this.#document;
    return document === undefined ? Promise.resolve(done) : this.configure(document);
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#timer?.cancel();
    await this.#inTurn(async () => {
      const { children } = this;
      this.#slots.clear();
      await Promise.all(children.map((child) => child.stop(deadlineMs)));
    });
  }

  /** Open calls of a server that moves may end in peace: the apply itself is one of them. */
  configure(document: Document): Promise<Result<void>> {
    return this.#inTurn(async () => {
      const material = await this.#loadMaterial(document);
      if (!material.ok) return material;
      const { grpc, web, tls } = document;
      this.#use(material.value);
      const moved = await this.#place("grpc", { ...grpc, hsts: false }, material.value);
      if (!moved.ok) return moved;
      const second = await this.#place("web", { ...web, hsts: tls.certificate !== undefined },
        material.value);
      const third = second.ok ? await this.#placeCsta(document, material.value) : second;
      if (third.ok) this.#document = document;
      return third;
    });
  }

  /** What the API shows of the CSTA servers. */
  readonly csta: CstaView = {
    sessions: () => this.cstaServers.flatMap(({ sessions }) =>
      sessions.list().map((session) => ({ ...session.figures, server: sessions.domain.config.id,
        protocol: sessions.domain.config.protocol, user: auditActor(session.identity),
        source: session.source, connected: session.isConnected,
        beganAtMs: session.beganAtMs, id: session.id }))),
    end: (id) => {
      const session = this.cstaServers.flatMap(({ sessions }) => sessions.list())
        .find((each) => each.id === id);
      const reason = "ended by an administrator";
      session?.end(reason, { kind: "abort", reason, sessionID: id });
      return session !== undefined;
    },
    sharing: () => this.#feed?.sharing ?? { monitors: 0, watched: 0 },
  };

  get cstaServers(): readonly CstaServer[] {
    return [...this.#slots.values()].flatMap(({ server }) =>
      "sessions" in server ? [server as CstaServer] : []);
  }

  async #placeCsta({ csta }: Document, tls: TlsMaterial): Promise<Result<void>> {
    for (const [kind, { server }] of [...this.#slots]) {
      if (!kind.startsWith("csta ") || csta.some(({ id }) => kind === `csta ${id}`)) continue;
      this.#slots.delete(kind);
      await server.stop(stopMsMax);
    }
    for (const config of csta) {
      const { address, port } = config;
      const placed = await this.#place(`csta ${config.id}`,
        { address, port, hsts: false, csta: config }, tls);
      if (!placed.ok) return placed;
    }
    return done;
  }

  async #place(kind: Kind, wish: Wish, tls: TlsMaterial): Promise<Result<void>> {
    const old = this.#slots.get(kind);
    if (old !== undefined && JSON.stringify(old.wish) === JSON.stringify(wish)) return done;
    const started = await this.#start(kind, wish, tls);
    if (started.ok) {
      void old?.server.stop(stopMsMax);
      return started;
    }
    if (started.fault.code !== "address-in-use" || old?.wish.port !== wish.port) return started;
    // Its own predecessor holds the port, at another address: it lets go of it at once.
    this.#slots.delete(kind);
    void old.server.stop(stopMsMax);
    const again = await this.#start(kind, wish, tls);
    if (!again.ok) await this.#start(kind, old.wish, tls);
    return again;
  }

  async #start(kind: Kind, wish: Wish, tls: TlsMaterial): Promise<Result<void>> {
    const server = await this.#make(kind, wish, tls);
    const started = await server.start();
    if (started.ok) this.#slots.set(kind, { wish, server });
    return started;
  }

  async #make(kind: Kind, wish: Wish, tls: TlsMaterial): Promise<NetworkServer> {
    const { pageFolder } = this.#parts;
    const api = this.#parts.api();
    if (wish.csta !== undefined) {
      const { cstaCodecs, createCstaServer, Feed } = await serving();
      this.#feed ??= new Feed(api.gateway);
      return createCstaServer({ config: wish.csta, tls, gateway: api.gateway, feed: this.#feed,
        codec: cstaCodecs(wish.csta) });
    }
    const options = { ...wish, tls, api };
    return kind === "grpc" ? createGrpcServer(options)
      : createWebServer({ ...options, pageFolder });
  }

  #use(material: TlsMaterial): void {
    const before = this.#tls;
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(material)) return;
    this.#tls = material;
    for (const { server } of this.#slots.values()) server.renew(material);
    if (before !== undefined) this.#parts.world.log.event("northbound.certificate.renewed");
  }

  /** The unit's addresses have changed: the certificate has to name them. */
  renew(): void {
    void this.#inTurn(() => this.#renew());
  }

  #schedule(): void {
    this.#timer = this.#parts.world.clock.after(renewalCheckMs, "northbound.renewal", () => {
      this.#schedule();
      if (this.#renewing) return;
      this.#renewing = true;
      void this.#inTurn(() => this.#renew()).finally(() => { this.#renewing = false; });
    });
  }

  /** What cannot be loaded leaves the certificate in use; the forecast warns before it ends. */
  async #renew(): Promise<void> {
    if (this.#document === undefined) return;
    const material = await this.#loadMaterial(this.#document);
    if (material.ok) this.#use(material.value);
    else {
      this.#parts.world.log.event("northbound.certificate.unusable",
        { reason: material.fault.message }, "warn");
    }
  }

  async #loadMaterial({ unit, tls }: Document): Promise<Result<TlsMaterial>> {
    const addresses = Object.values(networkInterfaces()).flat()
      .flatMap((one) => one === undefined || one.address.includes("%") ? [] : [one.address]);
    const { world, tlsFolder } = this.#parts;
    const authority = await loadOrCreateAuthority({ folder: tlsFolder, world, unitName: unit.name,
      names: [hostname(), ...addresses, ...tls.names] });
    if (!authority.ok) return authority;
    const supplied = tls.certificate === undefined || tls.key === undefined ? undefined
      : await loadSuppliedCertificate({ certificate: tls.certificate, key: tls.key }, world);
    if (supplied?.ok === false) return supplied;
    const file = tls.clientAuthority;
    const client = file === undefined ? undefined
      : await attempt("config-invalid", `tls.clientAuthority ${file} cannot be read`, () =>
        readFile(file, "utf8"));
    if (client?.ok === false) return client;
    this.#authority = authority.value;
    const { certificatePem, keyPem } = supplied?.value ?? authority.value;
    return ok({ certificatePem, keyPem, authorityPem: authority.value.authorityPem,
      clientAuthorityPem: client?.value });
  }

  /** A renewal and a change of the configuration must not overtake one another. */
  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(run);
    this.#turn = mine.then(() => undefined, () => undefined);
    return mine;
  }
}
