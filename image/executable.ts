/**
 * One executable of Node and a blob that it starts (Node's "single executable application"): the
 * blob becomes a note of the ELF file, which Node looks for when its fuse says so. Pure.
 *
 * Node's own file has no room for another program header, so that of the headers themselves
 * (PT_PHDR, which an executable at a fixed address can do without) gives way, and the note of the
 * build is replaced.
 */

const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:";
const noteName = "NODE_SEA_BLOB\0";
const headerBytes = 56;
const pageBytes = 4_096;
const [load, note, programHeaders] = [1, 4, 6];
const executable = 2;
const readOnly = 4;

interface Segment {
  readonly type: number;
  readonly bytes: Buffer;
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

/** Type, rights, place in the file, address (twice), size (twice), alignment. */
function segment(type: number, offset: number, address: number, size: number): Segment {
  const bytes = Buffer.alloc(headerBytes);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(readOnly, 4);
  [offset, address, address, size, size, type === load ? pageBytes : 4].forEach((value, n) => {
    bytes.writeBigUInt64LE(BigInt(value), 8 + 8 * n);
  });
  return { type, bytes };
}

function noteOf(blob: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(noteName.length, 0);
  head.writeUInt32LE(blob.length, 4);
  return Buffer.concat([head, Buffer.from(noteName.padEnd(roundUp(noteName.length, 4), "\0")), blob,
    Buffer.alloc(roundUp(blob.length, 4) - blob.length)]);
}

function segmentsOf(file: Buffer, at: number, count: number): Segment[] {
  return Array.from({ length: count }, (_, n) => {
    const bytes = Buffer.from(file.subarray(at + n * headerBytes, at + (n + 1) * headerBytes));
    return { type: bytes.readUInt32LE(0), bytes };
  });
}

/** Behind all that is loaded. */
function freeAddress(segments: readonly Segment[]): number {
  const ends = segments.filter(({ type }) => type === load).map(({ bytes }) =>
    Number(bytes.readBigUInt64LE(16) + bytes.readBigUInt64LE(40)));
  return roundUp(Math.max(...ends), pageBytes);
}

export function oneExecutable(node: Buffer, blob: Buffer): Buffer {
  if (node.readUInt32BE(0) !== 0x7f454c46 || node.readUInt16LE(16) !== executable) {
    throw new Error("Node is no ELF executable at a fixed address");
  }
  const fuseAt = node.indexOf(`${fuse}0`);
  if (fuseAt < 0) throw new Error("this Node starts no blob");
  const [at, count] = [Number(node.readBigUInt64LE(32)), node.readUInt16LE(56)];
  const segments = segmentsOf(node, at, count).filter(({ type }) =>
    type !== programHeaders && type !== note);
  if (segments.length !== count - 2) throw new Error("Node's program headers are not as known");
  const [offset, address, content] = [roundUp(node.length, pageBytes), freeAddress(segments),
    noteOf(blob)];
  const lastLoad = segments.findLastIndex(({ type }) => type === load);
  // Loaded segments stand in the order of their addresses.
  segments.splice(lastLoad + 1, 0, segment(load, offset, address, content.length));
  segments.push(segment(note, offset, address, content.length));
  const made = Buffer.concat([node, Buffer.alloc(offset - node.length), content]);
  Buffer.concat(segments.map(({ bytes }) => bytes)).copy(made, at);
  made.write("1", fuseAt + fuse.length, "latin1");
  return made;
}
