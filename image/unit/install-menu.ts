/** What the installer stick asks, in both languages at once. Pure. */

/** A whole disk, as the kernel tells of it. */
export interface Disk {
  /** `nvme0n1`. */
  readonly name: string;
  readonly model: string;
  readonly bytes: number;
  readonly removable: boolean;
  /** Where the stick itself lies. */
  readonly isStick: boolean;
}

/** Of a unit's disk (disk.ts). */
export const bytesMin = 2_048 << 20;

/** Those that a unit may be installed on, the smallest first: data disks are large. */
export function targets(disks: readonly Disk[]): readonly Disk[] {
  return disks
    .filter(({ bytes, removable, isStick }) => !isStick && !removable && bytes >= bytesMin)
    .toSorted((a, b) => a.bytes - b.bytes || a.name.localeCompare(b.name));
}

export function menuText(disks: readonly Disk[]): string {
  if (disks.length === 0) {
    return "No disk of 2 GB or more is there. / Aucun disque d'au moins 2 Go.\n";
  }
  return ["Install Jackfield; everything on the disk is erased.",
    "Installer Jackfield ; tout ce qui est sur le disque sera effacé.", "",
    ...disks.map(({ name, model, bytes }, n) =>
      `  ${n + 1}  ${name}  ${model}  ${(bytes / 1e9).toFixed(1)} GB`), "",
    "Number, then Enter / Numéro, puis Entrée: "].join("\n");
}

/** The conversation: a disk, then a yes. */
export class InstallMenu {
  readonly #disks: readonly Disk[];
  #chosen: Disk | undefined;

  constructor(disks: readonly Disk[]) {
    this.#disks = disks;
  }

  take(line: string): { readonly text: string; readonly install?: Disk } {
    const word = line.trim().toLowerCase();
    const chosen = this.#chosen;
    this.#chosen = undefined;
    if (chosen !== undefined && ["yes", "oui"].includes(word)) {
      return { text: `${chosen.name} ...\n`, install: chosen };
    }
    const disk = chosen === undefined && /^\d+$/.test(word) ? this.#disks[Number(word) - 1]
      : undefined;
    if (disk === undefined) return { text: menuText(this.#disks) };
    this.#chosen = disk;
    return { text: `${disk.name} ${disk.model}: type yes, or Enter / tapez oui, ou Entrée: ` };
  }
}
