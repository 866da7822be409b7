/**
 * Where the parts of a unified kernel image stand. systemd's stub is a PE program; the parts are
 * added as sections behind its own, found again by their names.
 */

export type Part = "osrel" | "cmdline" | "linux" | "initrd";

export interface Placed {
  readonly part: Part;
  readonly address: number;
}

const pageBytes = 4096;
/** The kernel may unpack in place: what follows it stands off. */
const kernelRoomBytes = 1 << 20;
const sectionBytes = 40;

function paged(address: number): number {
  return Math.ceil(address / pageBytes) * pageBytes;
}

/** The first free address behind the sections of a PE32+ program (PE/COFF clause 4). */
export function programEnd(program: Buffer): number {
  const header = program.readUInt32LE(0x3c);
  if (program.toString("latin1", header, header + 4) !== "PE\0\0") {
    throw new Error("the stub is no PE program");
  }
  const count = program.readUInt16LE(header + 6);
  const first = header + 24 + program.readUInt16LE(header + 20);
  let end = 0;
  for (let at = first; at < first + count * sectionBytes; at += sectionBytes) {
    end = Math.max(end, program.readUInt32LE(at + 12) + program.readUInt32LE(at + 8));
  }
  return end;
}

/** One behind the other, each on a page of its own. */
export function place(end: number, sizes: Readonly<Record<Part, number>>): Placed[] {
  const parts: readonly Part[] = ["osrel", "cmdline", "linux", "initrd"];
  let address = paged(end);
  return parts.map((part) => {
    const placed = { part, address };
    address = paged(address + sizes[part] + (part === "linux" ? kernelRoomBytes : 0));
    return placed;
  });
}

/** The arguments with which objcopy adds the parts to the stub. */
export function objcopyArguments(
  placed: readonly Placed[], files: Readonly<Record<Part, string>>,
): string[] {
  return placed.flatMap(({ part, address }) => ["--add-section", `.${part}=${files[part]}`,
    "--change-section-vma", `.${part}=0x${address.toString(16)}`]);
}
