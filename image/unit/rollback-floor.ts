/**
 * The lowest rollback index that this unit still starts, kept in the TPM where nothing but a clear
 * of the TPM makes it lower: an NV index of bits, which can be set and never taken away (TPM 2.0
 * part 3, 31.10 NV_SetBits). Bits 0 to n-1 are set for the floor n. `initrd/init.c` reads the same.
 * Commands and answers as octets; pure.
 */

export const nvIndex = 0x01804a46;
/** Of a value of 64 bits. */
export const indexMax = 63;

const sessions = 0x8002;
const owner = 0x40000001;
const passwordSession = 0x40000009;
const sha256 = 0x000b;
/** NT_BITS, OWNERWRITE, AUTHWRITE, OWNERREAD, AUTHREAD, NO_DA. */
const attributes = 0x02060026;
const [defineSpace, setBits, readValue] = [0x12a, 0x135, 0x14e];
const valueBytes = 8;

/** Handle: no such index. Uninitialised: no bit was ever set. Defined: it is there already. */
const notThere = [0x18b, 0x14a];
const alreadyThere = 0x14c;

function octets(...parts: readonly (readonly [value: number | bigint, bytes: number])[]): Buffer {
  return Buffer.concat(parts.map(([value, bytes]) => {
    const part = Buffer.alloc(8);
    part.writeBigUInt64BE(BigInt(value));
    return part.subarray(8 - bytes);
  }));
}

/** With an empty password, as owner and index have. */
function command(code: number, handles: readonly number[], parameters: Buffer): Buffer {
  const body = Buffer.concat([...handles.map((handle) => octets([handle, 4])),
    octets([9, 4], [passwordSession, 4], [0, 2], [0, 1], [0, 2]), parameters]);
  return Buffer.concat([octets([sessions, 2], [10 + body.length, 4], [code, 4]), body]);
}

export function defineCommand(): Buffer {
  return command(defineSpace, [owner], octets([0, 2], [14, 2], [nvIndex, 4], [sha256, 2],
    [attributes, 4], [0, 2], [valueBytes, 2]));
}

export function raiseCommand(floor: number): Buffer {
  if (!(floor >= 1 && floor <= indexMax)) throw new Error(`no rollback index ${floor}`);
  return command(setBits, [nvIndex, nvIndex], octets([(1n << BigInt(floor)) - 1n, 8]));
}

export function readCommand(): Buffer {
  return command(readValue, [nvIndex, nvIndex], octets([valueBytes, 2], [0, 2]));
}

export function codeOf(answer: Buffer): number {
  return answer.readUInt32BE(6);
}

export function isDefined(answer: Buffer): boolean {
  return [0, alreadyThere].includes(codeOf(answer));
}

/** Throws what the TPM answers otherwise. */
export function floorOf(answer: Buffer): number {
  const code = codeOf(answer);
  if (notThere.includes(code)) return 0;
  if (code !== 0) throw new Error(`the TPM answers 0x${code.toString(16)}`);
  // Header, size of the parameters, size of the value.
  const bits = answer.readBigUInt64BE(16);
  return bits === 0n ? 0 : bits.toString(2).length;
}

/** Of a kernel image or a command line; one that says nothing has index 0. */
export function rollbackIndex(text: string): number {
  return Number(/jackfield\.index=(\d{1,2})\b/.exec(text)?.[1] ?? 0);
}
