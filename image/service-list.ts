/** Which units of Debian's packages stay in the image: `services.txt`. */

import { linesOf } from "./kernel-modules.js";

/** Names, each with the reason why it stands above 5 in `systemd-analyze security`. */
export type Services = ReadonlyMap<string, string | undefined>;

export function parseServices(text: string): Services {
  return new Map(linesOf(text).map((line) => {
    const [, name = line, reason] = /^(\S+): (.*)$/.exec(line) ?? [];
    return [name, reason];
  }));
}

/** systemd.socket(5) Service=, systemd.timer(5) and systemd.path(5) Unit=. */
export function startedBy(name: string, text: string): string {
  return /^(?:Service|Unit)=(\S+)$/m.exec(text)?.[1] ?? name.replace(/\.\w+$/, ".service");
}

/** `target`: the name that a symbolic link leads to. */
export function stays(
  name: string, { text, target }: { readonly text: string; readonly target: string | undefined },
  services: Services,
): boolean {
  if (/\.(socket|path|timer)$/.test(name)) return services.has(startedBy(name, text));
  return !name.endsWith(".service") || services.has(target ?? name);
}
