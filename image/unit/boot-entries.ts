/**
 * The kernel images on the boot partition, as systemd-boot counts them: `jackfield-a.efi` may stay,
 * `jackfield-b+2-1.efi` has two attempts left and one spent, `jackfield-b+0-3.efi` none.
 */

export type Slot = "a" | "b";

export interface Entry {
  readonly file: string;
  readonly slot: Slot;
  /** Undefined: it may stay. */
  readonly attemptsLeft: number | undefined;
}

/** So often a new version is tried before the one that worked comes back. */
export const attempts = 3;

export function entryOf(file: string): Entry | undefined {
  const found = /^jackfield-([ab])(?:\+(\d+)(?:-\d+)?)?\.efi$/.exec(file);
  if (found === null) return undefined;
  return { file, slot: found[1] === "a" ? "a" : "b",
    attemptsLeft: found[2] === undefined ? undefined : Number(found[2]) };
}

export function entriesOf(files: readonly string[], slot?: Slot): Entry[] {
  return files.map(entryOf).filter((entry) => entry !== undefined)
    .filter((entry) => slot === undefined || entry.slot === slot);
}

export function otherSlot(slot: Slot): Slot {
  return slot === "a" ? "b" : "a";
}

/** Whether the boot loader would try it at all before the rest. */
export function isBootable(entries: readonly Entry[]): boolean {
  return entries.some(({ attemptsLeft }) => attemptsLeft !== 0);
}

/** The slot that starts next: what is new and has attempts left, else what runs. */
export function primarySlot(files: readonly string[], running: Slot): Slot {
  const other = otherSlot(running);
  return entriesOf(files, other).some(({ attemptsLeft }) => (attemptsLeft ?? 0) > 0)
    ? other : running;
}

/** The version that a kernel image says it is, from its os-release section. */
export function imageVersion(image: Buffer): string {
  return /IMAGE_VERSION="?([0-9A-Za-z.-]+)/.exec(image.toString("latin1"))?.[1] ?? "";
}
