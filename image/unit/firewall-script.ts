/** Script of nft(8) that makes the sets of open ports exactly these. */

export const portsMax = 1_000;

export function firewallScript(json: string): string {
  const named = JSON.parse(json) as Readonly<Record<string, unknown>>;
  return (["tcp", "udp"] as const).map((protocol) => {
    const given: unknown = named[protocol];
    if (!Array.isArray(given) || given.length > portsMax) throw new Error(`${protocol}: no list`);
    const ports = given.map((port: unknown) => {
      if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535) {
        throw new Error(`${protocol}: ${String(port)} is no port`);
      }
      return port;
    });
    const set = `inet jackfield open_${protocol}`;
    return `flush set ${set}\n`
      + (ports.length === 0 ? "" : `add element ${set} { ${ports.join(", ")} }\n`);
  }).join("");
}
