import assert from "node:assert/strict";
import fc from "fast-check";
import { crc32c, maskedCrc32c } from "../base/crc32c.js";
import { logProblems } from "./data-files.js";
import {
  decodeEntry, decodeHead, encodeHead, follows, genesis, nextEntry,
} from "./journal.js";
import { diskKey, prefixEnd, readU64, splitDiskKey, u64Key } from "./keys.js";
import { unsnappy } from "./snappy.js";
import { mendedTable, tableProblems } from "./table-file.js";
import { seal, unseal } from "./value-envelope.js";

/** As slow and plain as the definition. */
function crc32cByBits(input: Uint8Array): number {
  let value = 0xffff_ffff;
  for (const byte of input) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1;
    }
  }
  return ~value >>> 0;
}

const text = (value: string): Uint8Array => Buffer.from(value, "latin1");
const bytes = fc.uint8Array({ maxLength: 40 });
const space = fc.stringMatching(/^[a-z][a-z-]{0,10}$/);

describe("keys", () => {
  it("keep the order of numbers and of keys within a space", () => {
    const number = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    fc.assert(fc.property(number, number, (a, b) => {
      assert.equal(Math.sign(Buffer.compare(u64Key(a), u64Key(b))), a < b ? -1 : a > b ? 1 : 0);
      assert.equal(readU64(u64Key(a)), a);
    }));
    fc.assert(fc.property(space, bytes, bytes, (name, a, b) => {
      assert.equal(Buffer.compare(diskKey(name, a), diskKey(name, b)), Buffer.compare(a, b));
    }));
  });

  it("come apart again, and a prefix ends behind all it begins", () => {
    fc.assert(fc.property(space, bytes, (name, key) => {
      const parts = splitDiskKey(diskKey(name, key));
      assert.ok(parts);
      assert.equal(parts.space, name);
      assert.equal(Buffer.compare(parts.key, key), 0);
    }));
    fc.assert(fc.property(bytes, bytes, (prefix, rest) => {
      const end = prefixEnd(prefix);
      if (prefix.every((byte) => byte === 0xff)) return;
      assert.ok(Buffer.compare(Buffer.concat([prefix, rest]), end) < 0);
    }));
    assert.equal(splitDiskKey(text("no separator")), undefined);
    assert.equal(splitDiskKey(text("UPPER\u0000key")), undefined);
  });
});

describe("value envelope", () => {
  it("gives back the payload, and finds any flipped bit and any other key", () => {
    fc.assert(fc.property(bytes, bytes, fc.nat(255), fc.nat(), (key, payload, version, at) => {
      const sealed = seal(key, version, payload);
      const opened = unseal(key, sealed);
      assert.ok(opened.ok);
      assert.equal(opened.value.spaceVersion, version);
      assert.equal(Buffer.compare(opened.value.payload, payload), 0);
      const bit = at % (sealed.length * 8);
      const changed = Uint8Array.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(unseal(key, changed).ok, false);
      assert.equal(unseal(Buffer.concat([key, text("x")]), sealed).ok, false);
    }));
    assert.equal(unseal(text("k"), text("short")).ok, false);
  });
});

describe("journal entry", () => {
  const mutation = fc.record({
    space, key: bytes, value: fc.option(bytes, { nil: undefined }),
  });

  it("is itself again, follows its head, and no change of it does", () => {
    fc.assert(fc.property(fc.array(mutation, { maxLength: 5 }), fc.nat(), (batch, at) => {
      const next = nextEntry(genesis, 3, batch);
      const entry = decodeEntry(next.bytes);
      assert.ok(entry.ok);
      assert.deepEqual(entry.value.batch, batch.map((one) => ({ ...one })));
      assert.ok(follows(genesis, entry.value).ok);
      const bit = at % (next.bytes.length * 8);
      const changed = Uint8Array.from(next.bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const broken = decodeEntry(changed);
      assert.ok(!broken.ok || !follows(genesis, broken.value).ok);
      const cut = decodeEntry(next.bytes.subarray(0, at % next.bytes.length));
      assert.equal(cut.ok, false);
      const head = decodeHead(encodeHead(next.head));
      assert.ok(head.ok);
      assert.equal(head.value.position, 1n);
      assert.equal(Buffer.compare(head.value.hash, next.head.hash), 0);
    }));
  });
});

describe("CRC-32C", () => {
  it("gives the values of RFC 3720 §B.4 and the check value of the algorithm", () => {
    assert.equal(crc32c(new Uint8Array(32)), 0x8a91_36aa);
    assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8_ab43);
    assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, n) => n)), 0x46dd_794e);
    assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, n) => 31 - n)), 0x113f_db5c);
    assert.equal(crc32c(text("123456789")), 0xe306_9283);
  });

  it("is what its definition gives, bit by bit, for any length", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (input) => {
      assert.equal(crc32c(input), crc32cByBits(input));
    }));
  });
});

describe("Snappy", () => {
  it("expands literals and overlapping copies, refuses what is broken", () => {
    // Length 11; literal "ab" (tag 0x04), copy of 9 bytes from 2 back (type 1: 0x15 0x02).
    const good = Uint8Array.of(11, 0x04, 0x61, 0x62, 0x15, 0x02);
    const found = unsnappy(good);
    assert.ok(found.ok);
    assert.equal(Buffer.from(found.value).toString(), "abababababa");
    // The same copy with a two-byte distance (type 2): length 9 is tag (8 << 2) | 2.
    const wide = unsnappy(Uint8Array.of(11, 0x04, 0x61, 0x62, 0x22, 0x02, 0x00));
    assert.equal(wide.ok && Buffer.from(wide.value).toString(), "abababababa");
    for (const broken of [
      [], [0xff, 0xff, 0xff, 0xff, 0x7f], [5, 0x04, 0x61], [11, 0x04, 0x61, 0x62],
      [11, 0x04, 0x61, 0x62, 0x15, 0x03], [3, 0x04, 0x61, 0x62, 0x15, 0x02],
    ]) assert.equal(unsnappy(Uint8Array.from(broken)).ok, false, broken.join(" "));
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (input) => {
      unsnappy(input);
      assert.deepEqual(tableProblems(input).length > 0, true);
      logProblems(input);
    }));
  });
});

describe("LevelDB table", () => {
  function block(content: readonly number[]): Buffer {
    const found = Buffer.alloc(content.length + 5);
    found.set(content);
    found.writeUInt32LE(maskedCrc32c(found.subarray(0, content.length + 1)), content.length + 1);
    return found;
  }
  /** Entries that share nothing, then one restart point, at 0. */
  function entries(pairs: readonly (readonly [string, readonly number[]])[]): Buffer {
    return block([...pairs.flatMap(([key, value]) =>
      [0, key.length, value.length, ...text(key), ...value]), 0, 0, 0, 0, 1, 0, 0, 0]);
  }
  const data = [entries([["a", [1, 2, 3]], ["b", [4]]]), entries([["c", [5]]])] as const;
  const filter = block([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const filterStart = data[0].length + data[1].length;
  const metaindex = entries([["filter", [filterStart, filter.length - 5]]]);
  const index = entries([["b", [0, data[0].length - 5]],
    ["c", [data[0].length, data[1].length - 5]]]);
  const footer = Buffer.alloc(48);
  footer.set([filterStart + filter.length, metaindex.length - 5,
    filterStart + filter.length + metaindex.length, index.length - 5]);
  footer.writeBigUInt64LE(0xdb47_7524_8b80_fb57n, 40);
  const whole = Buffer.concat([...data, filter, metaindex, index, footer]);
  const handlesEnd = whole.length - 48 + 4;

  function flipped(...bits: readonly number[]): Buffer {
    const changed = Buffer.from(whole);
    for (const bit of bits) changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return changed;
  }
  // The last number's continuation bit does not count: it then goes on with a zero of the padding.
  const anyBit = fc.nat(whole.length * 8 - 1).filter((bit) =>
    bit < handlesEnd * 8 - 1 || bit >= (whole.length - 8) * 8);

  it("is sound as it was written, and mending leaves it alone", () => {
    assert.deepEqual(tableProblems(whole), []);
    assert.deepEqual(mendedTable(whole), Uint8Array.from(whole));
  });

  it("shows every flipped bit that counts, and is sound and as long when mended", () => {
    fc.assert(fc.property(fc.uniqueArray(anyBit, { minLength: 1, maxLength: 6 }), (bits) => {
      const changed = flipped(...bits);
      assert.ok(tableProblems(changed).length > 0);
      const mended = mendedTable(changed);
      assert.ok(mended !== undefined && mended.length === whole.length);
      assert.deepEqual(tableProblems(mended), []);
    }));
  });

  it("loses the broken block only", () => {
    const first = mendedTable(flipped(0));
    assert.ok(first !== undefined);
    assert.ok(first.subarray(0, data[0].length - 5).every((byte) => byte === 0));
    assert.deepEqual(Buffer.from(first.subarray(data[0].length)), whole.subarray(data[0].length));
    const unfiltered = mendedTable(flipped(filterStart * 8));
    assert.ok(unfiltered !== undefined);
    assert.deepEqual(Buffer.from(unfiltered.subarray(0, filterStart)),
      whole.subarray(0, filterStart));
    assert.deepEqual(Buffer.from(unfiltered.subarray(whole.length - 48 - index.length)),
      whole.subarray(whole.length - 48 - index.length));
    assert.equal(mendedTable(new Uint8Array(60)), undefined);
  });
});

describe("LevelDB log", () => {
  function record(payload: string, type = 1): Uint8Array {
    const body = Buffer.from(payload, "latin1");
    const found = Buffer.alloc(7 + body.length);
    found.writeUInt16LE(body.length, 4);
    found[6] = type;
    found.set(body, 7);
    found.writeUInt32LE(maskedCrc32c(found.subarray(6)), 0);
    return found;
  }
  const whole = Buffer.concat([record("first"), record("second"), record("third")]);

  it("is sound as it was written, also when its last record was cut short", () => {
    for (let length = 0; length <= whole.length; length += 1) {
      assert.deepEqual(logProblems(whole.subarray(0, length)), [], `${length} bytes`);
    }
    assert.deepEqual(logProblems(Buffer.concat([whole, Buffer.alloc(1_000)])), []);
  });

  it("shows a flipped bit in every record, and goes on at the next block", () => {
    const block = Buffer.concat([whole, record("x".repeat(32_768 - whole.length - 7))]);
    const two = Buffer.concat([block, whole]);
    assert.deepEqual(logProblems(two), []);
    for (const at of [9, 20, 35, 32_768 + 9]) {
      const changed = Buffer.from(two);
      changed[at] = (changed[at] ?? 0) ^ 4;
      assert.equal(logProblems(changed).length, 1, `byte ${at}`);
    }
  });
});
