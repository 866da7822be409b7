/** The gRPC and the web server, replaced when the configuration moves them. */

import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import type { Component, Health } from "./base/component.js";
import { attempt, done, type Result } from "./base/result.js";
import type { World } from "./base/world.js";
import type { Document } from "./config/schema.js";
import { loadOrCreateAuthority, loadSuppliedCertificate, type Authority }
  from "./northbound/access/authority.js";
import type { WatchedCertificate } from "./northbound/access/certificate-watch.js";
import type { Api } from "./northbound/api/api.js";
import type { TlsMaterial } from "./northbound/api/peer.js";
import { createGrpcServer, type GrpcServer } from "./northbound/grpc/server.js";
import { createWebServer, type WebServer } from "./northbound/web/server.js";

const stopMsMax = 5_000;

export interface ServersParts {
  readonly world: World;
  readonly tlsFolder: string;
  readonly pageFolder: string;
  /** Comes once everything that it shows exists. */
  readonly api: () => Api;
}

/** What of the document the servers depend on. */
type Wish = Pick<Document, "grpc" | "web" | "tls"> & { readonly unit: string };

export class Servers implements Component {
  readonly name = "northbound";
  readonly #parts: ServersParts;
  #wish: Wish | undefined;
  #authority: Authority | undefined;
  #tls: TlsMaterial | undefined;
  #grpc: GrpcServer | undefined;
  #web: WebServer | undefined;

  constructor(parts: ServersParts) {
    this.#parts = parts;
  }

  get health(): Health {
    return this.children.map((child) => child.health).find(({ status }) => status === "failed")
      ?? { status: "ok" };
  }

  get children(): readonly Component[] {
    return [this.#grpc, this.#web].filter((child) => child !== undefined);
  }

  restartsOf(): number {
    return 0;
  }

  get authority(): Authority | undefined {
    return this.#authority;
  }

  /** For the forecast: what ends when. */
  certificates(): readonly WatchedCertificate[] {
    const authority = this.#authority;
    if (authority === undefined) return [];
    const server = this.#tls === undefined ? authority.expiresAtMs
      : Date.parse(new X509Certificate(this.#tls.certificatePem).validTo);
    return [{ subject: "server", expiresAtMs: server },
      { subject: "authority", expiresAtMs: authority.authorityExpiresAtMs }];
  }

  get grpcPort(): number | undefined {
    return this.#grpc?.bound?.port;
  }

  get webPort(): number | undefined {
    return this.#web?.bound?.port;
  }

  /** The servers start when the first configuration is applied. */
  start(): Promise<Result<void>> {
    return Promise.resolve(done);
  }

  async stop(deadlineMs: number): Promise<void> {
    await Promise.all(this.children.map((child) => child.stop(deadlineMs)));
    this.#grpc = undefined;
    this.#web = undefined;
    this.#wish = undefined;
  }

  /** The authority exists before any server does: accounts need it too. */
  async loadAuthority(unitName: string, names: readonly string[]): Promise<Result<Authority>> {
    const addresses = Object.values(networkInterfaces()).flat()
      .flatMap((one) => one === undefined || one.address.includes("%") ? [] : [one.address]);
    const loaded = await loadOrCreateAuthority({ folder: this.#parts.tlsFolder,
      world: this.#parts.world, unitName, names: [hostname(), ...addresses, ...names] });
    if (loaded.ok) this.#authority = loaded.value;
    return loaded;
  }

  /** Open calls of a server that moves may end in peace: the apply itself is one of them. */
  async configure(document: Document): Promise<Result<void>> {
    const { grpc, web, tls } = document;
    const wish: Wish = { grpc, web, tls, unit: document.unit.name };
    const before = this.#wish;
    const changed = (part: keyof Wish): boolean =>
      JSON.stringify(before?.[part]) !== JSON.stringify(wish[part]);
    if (changed("tls") || changed("unit") || this.#tls === undefined) {
      const material = await this.#loadMaterial(document);
      if (!material.ok) return material;
      this.#tls = material.value;
      this.#grpc?.renew(material.value);
      this.#web?.renew(material.value);
    }
    const material = this.#tls;
    const api = this.#parts.api();
    if (this.#grpc === undefined || changed("grpc")) {
      const next = createGrpcServer({ ...grpc, tls: material, api });
      const moved = await this.#move(this.#grpc, next);
      if (!moved.ok) return moved;
      this.#grpc = next;
    }
    if (this.#web === undefined || changed("web")) {
      const next = createWebServer({ ...web, tls: material, api,
        pageFolder: this.#parts.pageFolder, hsts: tls.certificate !== undefined });
      const moved = await this.#move(this.#web, next);
      if (!moved.ok) return moved;
      this.#web = next;
    }
    this.#wish = wish;
    return done;
  }

  async #move(old: Component | undefined, next: Component): Promise<Result<void>> {
    const started = await next.start();
    if (started.ok) void old?.stop(stopMsMax);
    return started;
  }

  async #loadMaterial({ unit, tls }: Document): Promise<Result<TlsMaterial>> {
    const authority = await this.loadAuthority(unit.name, tls.names);
    if (!authority.ok) return authority;
    const supplied = tls.certificate === undefined || tls.key === undefined ? undefined
      : await loadSuppliedCertificate({ certificate: tls.certificate, key: tls.key },
        this.#parts.world);
    if (supplied?.ok === false) return supplied;
    const file = tls.clientAuthority;
    const client = file === undefined ? undefined
      : await attempt("config-invalid", `tls.clientAuthority ${file} cannot be read`, () =>
        readFile(file, "utf8"));
    if (client?.ok === false) return client;
    const { certificatePem, keyPem } = supplied?.value ?? authority.value;
    return { ok: true, value: { certificatePem, keyPem, authorityPem: authority.value.authorityPem,
      clientAuthorityPem: client?.value } };
  }
}
