/** A tar archive (POSIX.1-1988 ustar) of a few small files. Pure. */

const blockBytes = 512;
const nameBytesMax = 100;

export interface TarFile {
  /** ASCII. */
  readonly name: string;
  readonly content: Uint8Array;
}

function header(name: string, bytes: number, atSeconds: number): Buffer {
  if (name.length > nameBytesMax) throw new Error(`${name}: too long a name`);
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, digits: number): string =>
    `${value.toString(8).padStart(digits, "0")}\0`;
  block.write(name, 0, "latin1");
  block.write(octal(0o600, 7) + octal(0, 7) + octal(0, 7) + octal(bytes, 11)
    + octal(atSeconds, 11), 100, "latin1");
  block.write("        0", 148, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  // Of all its bytes, its own place counted as spaces.
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

export function tarArchive(files: readonly TarFile[], atMs: number): Buffer {
  const atSeconds = Math.floor(atMs / 1_000);
  return Buffer.concat([...files.flatMap(({ name, content }) => [
    header(name, content.length, atSeconds), content,
    Buffer.alloc((blockBytes - content.length % blockBytes) % blockBytes),
  ]), Buffer.alloc(2 * blockBytes)]);
}
