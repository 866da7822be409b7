/** The lines that terminals type on: a link's own, or a port that no link holds. */

import { realpath } from "node:fs/promises";
import { done, fail, inEachLanguage, ok, type Result } from "./base/result.js";
import type { World } from "./base/world.js";
import type { LinkConfig } from "./config/schema.js";
import type { Link, TapListener } from "./link/link.js";
import { resolvePort } from "./link/ports/ports.js";
import { openSerialLine, serialTransport, settingsText, type SerialLine }
  from "./link/transports/serial.js";
import type { Transport } from "./link/transport.js";
import type { PortUse } from "./ports-view.js";
import type { LineOpener, LineSettings, PortSettings, TerminalLine }
  from "./terminal/line.js";
import type { TerminalsParts } from "./terminal/terminals.js";

const openMs = 10_000;

export function terminalLines(
  world: World, link: (id: string) => Link | undefined, links: () => readonly LinkConfig[],
  use: PortUse,
): TerminalsParts["lineOf"] {
  return async (wish) => {
    const guarded = links().filter(({ terminalApproval }) => terminalApproval === "second-person");
    if (wish.kind === "link") {
      const found = link(wish.link);
      const transport = links().find(({ id }) => id === wish.link)?.transport;
      return found === undefined ? fail("link-unknown", `no link is called ${wish.link}`)
        : ok({ key: wish.link, approval: guarded.some(({ id }) => id === wish.link),
          open: (listener) => Promise.resolve(shared(found, listener,
            transport?.kind === "serial" ? transport : undefined)) });
    }
    const free = await use.free(wish.settings.address);
    if (!free.ok) return free;
    const found = await resolvePort(wish.settings.address);
    if (!found.ok) return found;
    const key = await realpath(found.value).catch(() => found.value);
    // It may lead to the PBX of any link.
    return ok({ key, approval: guarded.length > 0, open: portOpener(wish.settings, world) });
  };
}

function shared(
  link: Link, listener: TapListener, settings: LineSettings | undefined,
): Result<TerminalLine> {
  const tap = link.tap(listener);
  return tap.ok ? ok({ ...tap.value, settings, modemLines: () => Promise.resolve(undefined) })
    : tap;
}

function portOpener({ address, ...settings }: PortSettings, world: World): LineOpener {
  return async (listener) => {
    const line = new OwnLine(address, world, listener);
    const opened = await line.open(settings);
    return opened.ok ? ok(line) : opened;
  };
}

/** A port that nobody else has; to change more than its speed it is closed and opened again. */
class OwnLine implements TerminalLine {
  readonly #address: string;
  readonly #world: World;
  readonly #listener: TapListener;
  #open: { readonly line: SerialLine; readonly transport: Transport;
    readonly settings: LineSettings } | undefined;

  constructor(address: string, world: World, listener: TapListener) {
    this.#address = address;
    this.#world = world;
    this.#listener = listener;
  }

  get settings(): LineSettings | undefined { return this.#open?.settings; }

  get pins(): TerminalLine["pins"] { return this.#open?.line.pins; }

  get description(): string {
    const { settings } = this;
    return `serial ${this.#address}${settings === undefined ? "" : ` ${settingsText(settings)}`}`;
  }

  async open(settings: LineSettings): Promise<Result<void>> {
    const opened = await openSerialLine({ kind: "serial", path: this.#address, ...settings },
      this.#world, openMs);
    if (!opened.ok) return opened;
    const line = opened.value;
    const transport = serialTransport(line, `serial ${this.#address}`, this.#world);
    this.#open = { line, transport, settings };
    const isMine = (): boolean => this.#open?.transport === transport;
    transport.onReceive((bytes) => { if (isMine()) this.#listener.received(bytes); });
    transport.onClosed((reason) => { if (isMine()) this.#listener.closed(reason); });
    return done;
  }

  async change(next: LineSettings): Promise<Result<void>> {
    const before = this.#open;
    if (before === undefined) return fail("link-down", `${this.#address} is closed.`);
    if (sameText({ ...before.settings, baudRate: 0 }, { ...next, baudRate: 0 })) {
      const set = await before.line.setBaudRate(next.baudRate);
      if (set.ok) this.#open = { ...before, settings: next };
      return set;
    }
    await this.#shut();
    const opened = await this.open(next);
    if (opened.ok) return done;
    const again = await this.open(before.settings);
    if (!again.ok) {
      this.#listener.closed(inEachLanguage((words) => words(again.fault.message)));
    }
    return opened;
  }

  modemLines(): ReturnType<TerminalLine["modemLines"]> {
    return this.#open?.line.lines() ?? Promise.resolve(undefined);
  }

  send(bytes: Uint8Array): Result<void> {
    return this.#open?.transport.send(bytes) ?? fail("link-down", `${this.#address} is closed.`);
  }

  close(): void { void this.#shut(); }

  /** Resolves when the port is free again. */
  #shut(): Promise<void> {
    const before = this.#open;
    this.#open = undefined;
    if (before === undefined || !before.line.port.isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      before.line.port.once("close", () => { resolve(); });
      before.transport.close();
    });
  }
}

function sameText(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
