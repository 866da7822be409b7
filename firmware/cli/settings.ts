/**
 * Where the gateway is and who we are: options, then variables, then what `ctictl login` saved.
 */

import { join } from "node:path";
import * as z from "zod";
import type { Environment } from "./environment.js";
import { exitCodes } from "./exit-codes.js";
import { Failure, usageFailure } from "./failure.js";

const savedGateway = z.object({
  token: z.string().optional(), user: z.string().optional(), expiresAt: z.string().optional(),
  /** PEM of the authority that was trusted at the first sign-in, and its SHA-256. */
  authorityPem: z.string().optional(), fingerprint: z.string().optional(),
});
const savedSchema = z.object({
  current: z.string().optional(), gateways: z.record(z.string(), savedGateway).default({}),
});
export type SavedGateway = z.infer<typeof savedGateway>;
export type Saved = z.infer<typeof savedSchema>;

export const defaultAddress = "localhost:9443";
const defaultPort = 9443;
const gatewaysMax = 100;

export interface ConnectionOptions {
  readonly address?: string | undefined;
  readonly token?: string | undefined;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface Connection {
  readonly address: string;
  readonly token: string | undefined;
  readonly authorityPem: string | undefined;
  readonly certificatePem: string | undefined;
  readonly keyPem: string | undefined;
  readonly saved: SavedGateway | undefined;
}

export function savedPath(environment: Environment): string {
  const folder = environment.variables["XDG_CONFIG_HOME"] ?? join(environment.home, ".config");
  return join(folder, "jackfield", "ctictl.json");
}

export async function readSaved(environment: Environment): Promise<Saved> {
  const path = savedPath(environment);
  const bytes = await environment.readFile(path);
  if (bytes === undefined) return { gateways: {} };
  try {
    return savedSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw new Failure(`${path} is damaged`,
      { exitCode: exitCodes.usage, advice: `Delete ${path} and sign in again.` });
  }
}

/** Only its owner may read it: it holds session tokens. */
export async function writeSaved(environment: Environment, saved: Saved): Promise<void> {
  const newest = Object.entries(saved.gateways).slice(-gatewaysMax);
  await environment.writeFile(savedPath(environment),
    `${JSON.stringify({ ...saved, gateways: Object.fromEntries(newest) }, undefined, 2)}\n`, 0o600);
}

export async function connectionOf(
  options: ConnectionOptions, environment: Environment,
): Promise<Connection> {
  const saved = await readSaved(environment);
  const { variables } = environment;
  const address = withPort(options.address ?? variables["CTICTL_ADDRESS"] ?? saved.current
    ?? defaultAddress);
  const known = saved.gateways[address];
  const files = await Promise.all([options.ca ?? variables["CTICTL_CA"], options.cert, options.key]
    .map((path) => readPem(path, environment)));
  if ((options.cert === undefined) !== (options.key === undefined)) {
    throw usageFailure("--cert and --key belong together");
  }
  return {
    address, token: options.token ?? variables["CTICTL_TOKEN"] ?? known?.token,
    authorityPem: files[0] ?? known?.authorityPem, certificatePem: files[1], keyPem: files[2],
    saved: known,
  };
}

async function readPem(
  path: string | undefined, environment: Environment,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const bytes = await environment.readFile(path);
  if (bytes === undefined) throw usageFailure(`the file ${path} cannot be read`);
  return new TextDecoder().decode(bytes);
}

/** `host` and `[2001:db8::1]` get the default port. */
export function withPort(address: string): string {
  const plain = address.replace(/^\w+:\/\//, "").replace(/\/$/, "");
  if (plain === "" || /\s/.test(plain)) throw usageFailure(`"${address}" is no address`);
  if (/^\[.*\]$/.test(plain) || !plain.includes(":")) return `${plain}:${defaultPort}`;
  const bareIpv6 = plain.split(":").length > 2 && !plain.startsWith("[");
  return bareIpv6 ? `[${plain}]:${defaultPort}` : plain;
}
