/**
 * Plain objects straight to protobuf bytes, for what is sent thousands of times a second: no
 * message object between, no list of chunks. It knows the kinds of field that events have and
 * refuses a descriptor with others. (Protocol Buffers, encoding guide.)
 */

import assert from "node:assert";
import { ScalarType, type DescField, type DescMessage } from "@bufbuild/protobuf";

interface Row {
  readonly name: string;
  readonly tag: number;
  /** Zero, false and "" are written too, once the field is given. */
  readonly explicit: boolean;
  readonly kind: "string" | "varint" | "message" | "messages" | "strings";
  readonly rows: readonly Row[];
}

const lengthDelimited = 2;
const tables = new Map<DescMessage, readonly Row[]>();
const varints: ReadonlySet<ScalarType> =
  new Set([ScalarType.BOOL, ScalarType.UINT32, ScalarType.UINT64, ScalarType.INT64,
    ScalarType.INT32]);

function rowOf(field: DescField): Row {
  const { localName: name, number } = field;
  const delimited = { name, tag: number << 3 | lengthDelimited, explicit: false, rows: [] };
  if (field.fieldKind === "message") {
    return { ...delimited, explicit: true, kind: "message", rows: rowsOf(field.message) };
  }
  if (field.fieldKind === "list" && field.listKind === "message") {
    return { ...delimited, kind: "messages", rows: rowsOf(field.message) };
  }
  if (field.fieldKind === "map" && field.mapKind === "scalar"
    && field.mapKey === ScalarType.STRING && field.scalar === ScalarType.STRING) {
    return { ...delimited, kind: "strings" };
  }
  const explicit = field.proto.proto3Optional;
  if (field.fieldKind === "scalar" && field.scalar === ScalarType.STRING) {
    return { ...delimited, explicit, kind: "string" };
  }
  const varint = field.fieldKind === "enum"
    || (field.fieldKind === "scalar" && varints.has(field.scalar));
  assert(varint, `${field.toString()} is of a kind that is not written here`);
  return { name, tag: number << 3, explicit, kind: "varint", rows: [] };
}

function rowsOf(descriptor: DescMessage): readonly Row[] {
  let rows = tables.get(descriptor);
  if (rows === undefined) {
    rows = descriptor.fields.map(rowOf);
    tables.set(descriptor, rows);
  }
  return rows;
}

/** Grows to the longest message written; an event has some hundred bytes. */
let target = Buffer.alloc(4_096);
let at = 0;

function room(bytes: number): void {
  if (at + bytes <= target.length) return;
  const wider = Buffer.alloc(Math.max(target.length * 2, at + bytes));
  target.copy(wider, 0, 0, at);
  target = wider;
}

const varintBytesMax = 10;
/** Above this a number is no longer exact: such values come as bigint. */
const exactMax = 2 ** 53;

function varint(value: number): void {
  let rest = value;
  while (rest > 0x7f) {
    target[at] = (rest % 128) | 0x80;
    at += 1;
    rest = Math.floor(rest / 128);
  }
  target[at] = rest;
  at += 1;
}

function bigVarint(value: bigint): void {
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    target[at] = Number(rest & 0x7fn) | 0x80;
    at += 1;
    rest >>= 7n;
  }
  target[at] = Number(rest);
  at += 1;
}

function writeVarint(row: Row, value: unknown): void {
  const big = typeof value === "bigint";
  const plain = big ? value >= 0n && value < exactMax ? Number(value) : -1 : Number(value);
  if (plain === 0 && !row.explicit) return;
  room(2 * varintBytesMax);
  varint(row.tag);
  if (big && plain < 0) bigVarint(value);
  else if (plain < 0) bigVarint(BigInt(plain));
  else varint(plain);
}

function writeString(tag: number, text: string): void {
  // UTF-8 takes at most three bytes for a unit of UTF-16.
  room(2 * varintBytesMax + text.length * 3);
  varint(tag);
  delimit(() => { at += target.write(text, at, "utf8"); }, text.length);
}

/** Writes the length before what `write` writes; `expected` is its likely length. */
function delimit(write: () => void, expected: number): void {
  const lengthBytes = expected < 128 ? 1 : expected < 16_384 ? 2 : 3;
  const lengthAt = at;
  at += lengthBytes;
  const begin = at;
  write();
  const length = at - begin;
  at = lengthAt;
  room(varintBytesMax + length);
  const needed = length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;
  if (needed !== lengthBytes) target.copyWithin(lengthAt + needed, begin, begin + length);
  varint(length);
  at += length;
}

function writeFields(rows: readonly Row[], fields: object): void {
  for (const row of rows) {
    const value: unknown = Reflect.get(fields, row.name);
    if (value === undefined) continue;
    switch (row.kind) {
      case "string":
        if (typeof value === "string" && (value !== "" || row.explicit)) {
          writeString(row.tag, value);
        }
        break;
      case "varint": writeVarint(row, value); break;
      case "message": writeMessage(row, value as object); break;
      case "messages":
        for (const each of value as readonly object[]) writeMessage(row, each);
        break;
      case "strings":
        for (const [key, text] of Object.entries(value as Readonly<Record<string, string>>)) {
          room(2 * varintBytesMax);
          varint(row.tag);
          delimit(() => {
            writeString(1 << 3 | lengthDelimited, key);
            writeString(2 << 3 | lengthDelimited, text);
          }, key.length + text.length + 4);
        }
        break;
    }
  }
}

function writeMessage(row: Row, fields: object): void {
  room(2 * varintBytesMax);
  varint(row.tag);
  delimit(() => { writeFields(row.rows, fields); }, 0);
}

/** What `toBinary` gives for `create(descriptor, fields)`, byte for byte. */
export function encodePlain(descriptor: DescMessage, fields: object): Uint8Array {
  at = 0;
  writeFields(rowsOf(descriptor), fields);
  const bytes = Buffer.allocUnsafe(at);
  target.copy(bytes, 0, 0, at);
  return bytes;
}
