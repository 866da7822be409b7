/** The second check: everything that a document names must exist, and nothing is used twice. */

import type { Result } from "../base/result.js";
import type { Capabilities, Driver } from "../link/driver.js";
import { compilePlan } from "../numbers/number-plan.js";
import type { PlacedCsta } from "./csta-checks.js";
import type { PathSegment } from "./document-source.js";
import type { DestinationConfig, Document, HotelConfig, LinkConfig } from "./schema.js";
import { isReference, isSecretName } from "./secret-reference.js";
import type { Finding } from "./shape.js";
import { checkTarget } from "./target-checks.js";
import type { TransportConfig } from "./transport-schema.js";
import { either, nearest, quoted } from "./wording.js";

/** What the configuration needs to know of a driver: no more than its data sheet. */
export type DriverSheet = Pick<Driver, "name" | "title" | "transports" | "options"
| "keepsRawBytes" | "hotel"> & { readonly capabilities: Pick<Capabilities, "services"> };

export interface Findings {
  readonly errors: Finding[];
  readonly warnings: Finding[];
}

/** A link whose own shape is right, and its place in the list. */
export interface PlacedLink {
  readonly index: number;
  readonly link: LinkConfig;
}

export interface ReferenceParts {
  readonly drivers: readonly DriverSheet[];
  /** Looks a secret up, only to warn when it is not there. */
  readonly secret?: ((reference: string) => Result<string>) | undefined;
}

export function checkReferences(
  links: readonly PlacedLink[], parts: ReferenceParts, findings: Findings,
): void {
  const at = (index: number, ...rest: PathSegment[]): PathSegment[] => ["links", index, ...rest];
  unique(links, ({ link }) => link.id, (first, { index, link }) => {
    findings.errors.push({ path: at(index, "id"),
      message: `found ${quoted(link.id)}, which is already the id of links[${first}]; `
        + "expected an id of its own" });
  });
  unique(links, ({ link }) => serialPath(link), (first, { index, link }) => {
    findings.errors.push({ path: at(index, "transport", "path"),
      message: `found ${quoted(serialPath(link) ?? "")}, which links[${first}] uses already; a `
        + "serial port can serve one link only" });
  });
  unique(links, ({ link }) => filesOf(link), (first, { index, link }) => {
    findings.errors.push({
      path: at(index, "transport", link.transport.kind === "file" ? "path" : "folder"),
      message: `found ${quoted(filesOf(link) ?? "")}, which links[${first}] reads already; `
        + "expected one link to read it" });
  });
  unique(links, ({ link }) => usbDevice(link), (first, { index, link }) => {
    findings.errors.push({ path: at(index, "transport", "address"),
      message: `found ${quoted(usbDevice(link) ?? "")}, which links[${first}] uses already; a `
        + "USB interface can serve one link only" });
  });
  unique(links, ({ link }) => target(link.transport), (first, { index }) => {
    findings.warnings.push({ path: at(index, "transport"),
      message: `leads to the same PBX port as links[${first}]; every call would be seen twice` });
  });
  for (const { index, link } of links) {
    checkDriver(link, at(index), parts, findings);
    checkNumbers(link, at(index, "numbers"), findings);
    if (link.timeZone !== undefined && !isTimeZone(link.timeZone)) {
      findings.errors.push(zoneFinding(at(index, "timeZone"), link.timeZone));
    }
  }
}

/** A destination whose own shape is right, and its place in the list. */
export interface PlacedDestination {
  readonly index: number;
  readonly destination: DestinationConfig;
}

export function checkDestinations(
  destinations: readonly PlacedDestination[], links: readonly PlacedLink[],
  parts: ReferenceParts, findings: Findings,
): void {
  const at = (index: number, ...rest: PathSegment[]): PathSegment[] =>
    ["destinations", index, ...rest];
  unique(destinations, ({ destination }) => destination.id, (first, { index, destination }) => {
    findings.errors.push({ path: at(index, "id"),
      message: `found ${quoted(destination.id)}, which is already the id of `
        + `destinations[${first}]; expected an id of its own` });
  });
  checkPorts(destinations, links, at, findings);
  const ids = links.map(({ link }) => link.id);
  for (const { index, destination } of destinations) {
    checkSecrets(destination.to, at(index, "to"), parts, findings);
    checkTarget(destination.to, (key) => at(index, "to", key), findings);
    for (const [place, id] of (destination.links ?? []).entries()) {
      const link = links.find((each) => each.link.id === id)?.link;
      const driver = parts.drivers.find(({ name }) => name === link?.driver);
      if (link === undefined) {
        findings.errors.push({ path: at(index, "links", place), message: unknownLink(id, ids) });
      } else if (destination.what === "raw" && driver?.keepsRawBytes === false) {
        findings.errors.push({ path: at(index, "links", place),
          message: `found ${quoted(id)}, whose driver ${link.driver} keeps no raw bytes; expected `
            + "what: records-csv or records-json, or another link" });
      } else if (destination.links?.indexOf(id) !== place) {
        findings.errors.push({ path: at(index, "links", place),
          message: `found ${quoted(id)} twice; expected each link once` });
      }
    }
  }
}

/** Every link of a route exists, and what is paged leads to a paging system. */
export function checkPaging(
  { routes, alarms }: Document["paging"], links: readonly PlacedLink[], parts: ReferenceParts,
  findings: Findings,
): void {
  const ids = links.map(({ link }) => link.id);
  const check = (id: string, path: readonly PathSegment[], pages: boolean): void => {
    const link = links.find((each) => each.link.id === id)?.link;
    const driver = parts.drivers.find(({ name }) => name === link?.driver);
    if (link === undefined) {
      findings.errors.push({ path, message: unknownLink(id, ids) });
    } else if (pages && driver?.capabilities.services.sendPage === undefined) {
      findings.errors.push({ path, message: `found ${quoted(id)}, whose driver ${link.driver} `
        + "sends no pages; expected a link to a paging system" });
    }
  };
  for (const [index, { from, to }] of routes.entries()) {
    if (from !== undefined) check(from, ["paging", "routes", index, "from"], false);
    check(to.link, ["paging", "routes", index, "to", "link"], true);
  }
  for (const [index, { link }] of alarms.to.entries()) {
    check(link, ["paging", "alarms", "to", index, "link"], true);
  }
}

export function unknownLink(id: string, ids: readonly string[]): string {
  const meant = nearest(id, ids);
  return `unknown link ${quoted(id)}; `
    + (meant === undefined ? `links are: ${ids.length === 0 ? "none" : ids.join(", ")}`
      : `did you mean "${meant}"?`);
}

/** A serial port serves one link or one destination. */
function checkPorts(
  destinations: readonly PlacedDestination[], links: readonly PlacedLink[],
  at: (index: number, ...rest: PathSegment[]) => PathSegment[], findings: Findings,
): void {
  const users = new Map<string, string>(links.flatMap(({ index, link }) => {
    const path = serialPath(link);
    return path === undefined ? [] : [[path, `links[${index}]`] as const];
  }));
  for (const { index, destination: { to } } of destinations) {
    if (to.kind !== "serial") continue;
    const user = users.get(to.path);
    if (user === undefined) users.set(to.path, `destinations[${index}]`);
    else {
      findings.errors.push({ path: at(index, "to", "path"),
        message: `found ${quoted(to.path)}, which ${user} uses already; a serial port can serve `
          + "one link or destination only" });
    }
  }
}

/** The hotel's links must be there and be what they are taken for; each room has one line. */
export function checkHotel(
  hotel: HotelConfig, links: readonly PlacedLink[], parts: ReferenceParts, findings: Findings,
): void {
  const ids = links.map(({ link }) => link.id);
  const wrong = (path: readonly PathSegment[], message: string): void => {
    findings.errors.push({ path: ["hotel", ...path], message });
  };
  const named = (id: string, path: readonly PathSegment[],
    side?: "front-desk" | "telephones"): void => {
    const link = links.find((each) => each.link.id === id)?.link;
    const driver = parts.drivers.find(({ name }) => name === link?.driver);
    if (link === undefined) {
      wrong(path, unknownLink(id, ids));
    } else if (side !== undefined && driver !== undefined && driver.hotel?.side !== side) {
      const fit = parts.drivers.filter((each) => each.hotel?.side === side)
        .map(({ name }) => name);
      wrong(path, `found ${quoted(id)}, whose driver ${link.driver} does not speak so; expected a `
        + `link with the driver ${either(fit)}`);
    }
  };
  if (hotel.frontDesk !== undefined) named(hotel.frontDesk, ["frontDesk"], "front-desk");
  for (const [index, id] of hotel.telephones.entries()) {
    named(id, ["telephones", index], "telephones");
    if (hotel.telephones.indexOf(id) !== index) {
      wrong(["telephones", index], `found ${quoted(id)} twice; expected each link once`);
    }
  }
  for (const [index, id] of (hotel.charges.links ?? []).entries()) {
    named(id, ["charges", "links", index]);
  }
  const rooms = hotel.rooms.map((place, index) => ({ place, index }));
  unique(rooms, ({ place }) => place.room, (first, { index, place }) => {
    wrong(["rooms", index, "room"],
      `found ${quoted(place.room)}, which rooms[${first}] describes already`);
  });
  for (const { index, place } of rooms) {
    if (place.pbx !== undefined && !hotel.telephones.includes(place.pbx)) {
      wrong(["rooms", index, "pbx"],
        `found ${quoted(place.pbx)}, which is none of the hotel's telephones`);
    }
  }
}

/** Calls `clash` for every item whose key an earlier one has. Undefined never clashes. */
export function unique<T extends { readonly index: number }>(
  items: readonly T[], key: (item: T) => string | undefined,
  clash: (firstIndex: number, item: T) => void,
): void {
  const seen = new Map<string, number>();
  for (const item of items) {
    const name = key(item);
    if (name === undefined) continue;
    const first = seen.get(name);
    if (first === undefined) seen.set(name, item.index);
    else clash(first, item);
  }
}

function serialPath({ enabled, transport }: LinkConfig): string | undefined {
  return enabled && transport.kind === "serial" ? transport.path : undefined;
}

function filesOf({ enabled, transport }: LinkConfig): string | undefined {
  return !enabled ? undefined : transport.kind === "file" ? transport.path
    : transport.kind === "folder" ? transport.folder.replace(/\/$/, "") : undefined;
}

function usbDevice({ enabled, transport }: LinkConfig): string | undefined {
  return enabled && transport.kind === "usb" ? transport.address : undefined;
}

function target(transport: TransportConfig): string | undefined {
  return transport.kind === "tcp" || transport.kind === "tls"
    ? `${transport.host}:${transport.port}` : undefined;
}

function checkDriver(
  link: LinkConfig, at: readonly PathSegment[], parts: ReferenceParts, findings: Findings,
): void {
  const driver = parts.drivers.find(({ name }) => name === link.driver);
  if (driver === undefined) {
    const names = parts.drivers.map(({ name }) => name);
    const meant = nearest(link.driver, names);
    findings.errors.push({ path: [...at, "driver"],
      message: `unknown driver ${quoted(link.driver)}; `
        + (meant === undefined ? "" : `did you mean "${meant}"? `)
        + `This gateway has: ${names.length === 0 ? "none" : names.join(", ")}` });
  } else {
    const { kind: way } = link.transport;
    const kind = way === "tcp-listen" ? "tcp" : way === "folder" ? "file" : way;
    if (!driver.transports.includes(kind)) {
      findings.errors.push({ path: [...at, "transport", "kind"],
        message: `found ${quoted(link.transport.kind)}, over which the driver ${driver.name} does `
          + `not work; expected ${either(driver.transports)}` });
    }
    const options = driver.options.parse(link.options);
    if (!options.ok) {
      const fields = options.fault.fields ?? [{ path: "", message: options.fault.message }];
      for (const field of fields) {
        findings.errors.push({ path: [...at, "options", ...segments(field.path)],
          message: field.message });
      }
    }
  }
  checkSecrets(link.options, [...at, "options"], parts, findings);
}

/** `peers[0].name` as segments. */
export function segments(path: string): PathSegment[] {
  return [...path.matchAll(/\[(\d+)\]|\["([^"]*)"\]|([^.[\]]+)/g)].map((match) =>
    match[1] !== undefined ? Number(match[1]) : (match[2] ?? match[3] ?? ""));
}

const optionsDepthMax = 8;

function checkSecrets(
  value: unknown, at: readonly PathSegment[], parts: ReferenceParts, findings: Findings,
): void {
  if (at.length > optionsDepthMax + 3 || typeof value !== "object" || value === null) {
    checkSecret(value, at, parts, findings);
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    checkSecrets(member, [...at, Array.isArray(value) ? Number(key) : key], parts, findings);
  }
}

function checkSecret(
  value: unknown, at: readonly PathSegment[], parts: ReferenceParts, findings: Findings,
): void {
  if (typeof value !== "string") return;
  const name = at.at(-1);
  const known = (path: readonly PathSegment[]): boolean =>
    findings.errors.some((error) => error.path.join("\n") === path.join("\n"));
  if (isReference(value)) {
    const secret = parts.secret?.(value);
    if (secret !== undefined && !secret.ok) {
      findings.warnings.push({ path: at,
        message: `the secret is not there yet: ${secret.fault.message}` });
    }
  } else if (typeof name === "string" && isSecretName(name) && !known(at)) {
    // The text itself is not repeated: it may be the secret.
    findings.errors.push({ path: at,
      message: "found a text that is no reference; expected env:NAME, file:/path or store:name, "
        + "so that no secret stands in the document" });
  }
}

function checkNumbers(
  link: LinkConfig, at: readonly PathSegment[], findings: Findings,
): void {
  const plan = compilePlan(link.numbers);
  if (!plan.ok) {
    for (const field of plan.fault.fields ?? []) {
      findings.errors.push({ path: [...at, ...segments(field.path)], message: field.message });
    }
  }
  if (link.numbers.country === undefined) {
    findings.warnings.push({ path: [...at, "country"],
      message: "is not set: numbers have no E.164 form, and numbers with + cannot be dialled" });
  }
}

interface Listener {
  readonly path: readonly PathSegment[];
  readonly address: string;
  readonly port: number;
  readonly title: string;
  readonly over: "tcp" | "udp";
}

/** Two listeners on one port, be they servers or links. Port 0 never clashes. */
export function checkListeners(
  servers: { readonly [N in "grpc" | "web"]: Document[N] | undefined },
  csta: readonly PlacedCsta[], links: readonly PlacedLink[],
  destinations: readonly PlacedDestination[], findings: Findings,
): void {
  const listeners: Listener[] = [];
  for (const name of ["grpc", "web"] as const) {
    const server = servers[name];
    if (server === undefined) continue;
    listeners.push({ path: [name, "port"], title: name, over: "tcp", ...server });
  }
  for (const { index, server: { address, port } } of csta) {
    listeners.push({ path: ["csta", index, "port"], title: `csta[${index}]`, address, port,
      over: "tcp" });
  }
  for (const { index, link } of links) {
    const { enabled, transport } = link;
    if (!enabled || (transport.kind !== "tcp-listen" && transport.kind !== "udp")) continue;
    listeners.push({ path: ["links", index, "transport", "port"], title: `links[${index}]`,
      address: transport.address, port: transport.port,
      over: transport.kind === "udp" ? "udp" : "tcp" });
  }
  for (const { index, destination: { to } } of destinations) {
    if (to.kind !== "tcp-server") continue;
    listeners.push({ path: ["destinations", index, "to", "port"],
      title: `destinations[${index}]`, address: to.address, port: to.port, over: "tcp" });
  }
  for (const [index, later] of listeners.entries()) {
    const first = listeners.slice(0, index).find((earlier) =>
      later.port !== 0 && earlier.port === later.port && earlier.over === later.over
        && overlap(earlier.address, later.address));
    if (first !== undefined) {
      findings.errors.push({ path: later.path,
        message: `found port ${later.port}, on which ${first.title} listens already; expected a `
          + "port of its own" });
    }
  }
}

/** An address of all interfaces takes the port from each of them. */
function overlap(...given: readonly [string, string]): boolean {
  const all = ["0.0.0.0", "[::]", "*", ""];
  const [a, b] = given.map(plainAddress);
  return a === b || all.some((each) => each === a || each === b);
}

/** `localhost`, `127.1`, `0:0::1` and `::ffff:192.0.2.1` have other spellings: WHATWG's is used. */
function plainAddress(address: string): string {
  if (address === "localhost") return "127.0.0.1";
  const text = address.replace(/^::ffff:(?=\d+\.)/i, "");
  const url = `http://${text.includes(":") ? `[${text}]` : text}/`;
  return text !== "" && URL.canParse(url) ? new URL(url).hostname : text;
}

export function zoneFinding(path: readonly PathSegment[], zone: string): Finding {
  const meant = nearest(zone, Intl.supportedValuesOf("timeZone"));
  return { path, message: `unknown time zone ${quoted(zone)}; `
    + (meant === undefined ? "expected an IANA name such as Europe/Paris"
      : `did you mean "${meant}"?`) };
}

export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
