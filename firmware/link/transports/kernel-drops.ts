/** How many datagrams Linux dropped for a socket: the last column of /proc/net/udp and udp6. */

import { endianness } from "node:os";

/** The address as that table prints it: words of 32 bits in the machine's own order. */
function addressWords(address: string): string {
  const bytes = address.includes(":") ? ipv6Bytes(address) : address.split(".").map(Number);
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    const word = bytes.slice(at, at + 4);
    if (endianness() === "LE") word.reverse();
    text += word.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  return text.toUpperCase();
}

function ipv6Bytes(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const groups = (text: string): number[] => text.split(":").filter((each) => each !== "")
    .map((each) => parseInt(each, 16));
  const first = groups(head);
  const last = groups(tail ?? "");
  const zeros = new Array<number>(Math.max(0, 8 - first.length - last.length)).fill(0);
  return [...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]);
}

/** Undefined when the table has no such socket. */
export function dropsIn(table: string, address: string, port: number): number | undefined {
  const local = `${addressWords(address)}:${port.toString(16).padStart(4, "0").toUpperCase()}`;
  for (const line of table.split("\n")) {
    const columns = line.trim().split(/ +/);
    if (columns[1] !== local) continue;
    const drops = Number(columns.at(-1));
    return Number.isInteger(drops) ? drops : undefined;
  }
  return undefined;
}
