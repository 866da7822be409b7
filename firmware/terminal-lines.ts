/** The lines that terminals type on: a link's own, or a port that no link holds. */

import { realpath } from "node:fs/promises";
import { fail, ok } from "./base/result.js";
import type { World } from "./base/world.js";
import type { Link } from "./link/link.js";
import { resolvePort } from "./link/ports/ports.js";
import { openSerialLine, serialTransport, settingsText } from "./link/transports/serial.js";
import type { PortUse } from "./ports-view.js";
import { ownLine, type LineOpener, type PortSettings } from "./terminal/line.js";
import type { TerminalsParts } from "./terminal/terminals.js";

const openMs = 10_000;

export function terminalLines(
  world: World, link: (id: string) => Link | undefined, use: PortUse,
): TerminalsParts["lineOf"] {
  return async (wish) => {
    if (wish.kind === "link") {
      const found = link(wish.link);
      return found === undefined ? fail("link-unknown", `no link is called ${wish.link}`)
        : ok({ key: wish.link, open: (listener) => Promise.resolve(found.tap(listener)) });
    }
    const free = await use.free(wish.settings.address);
    if (!free.ok) return free;
    const found = await resolvePort(wish.settings.address);
    if (!found.ok) return found;
    const key = await realpath(found.value).catch(() => found.value);
    return ok({ key, open: portOpener(wish.settings, world) });
  };
}

function portOpener({ address, ...settings }: PortSettings, world: World): LineOpener {
  return async (listener) => {
    const opened = await openSerialLine({ kind: "serial", path: address, ...settings }, world,
      openMs);
    if (!opened.ok) return opened;
    const description = `serial ${address} ${settingsText(settings)}`;
    return ok(ownLine(serialTransport(opened.value, description, world), listener));
  };
}
