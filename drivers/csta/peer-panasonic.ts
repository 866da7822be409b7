/** How a simulated Panasonic lists its devices: private data of an Escape, like theirs. */

export interface PanasonicDevice {
  readonly number: string;
  /** Its `deviceNumber`. */
  readonly identifier: number;
}

/** Hexadecimal. */
export function panasonicReply(devices: readonly PanasonicDevice[]): string {
  const entries = devices.map(({ number, identifier }) => {
    const octets = Buffer.alloc(4);
    octets.writeUInt32BE(identifier);
    return tlv(0x30, [tlv(0x30, [tlv(0x81, [octets])]),
      tlv(0x16, [Buffer.from(number)]), Buffer.from("0a0100", "hex")]);
  });
  return tlv(0xa4, [tlv(0xa2, [tlv(0x30, [Buffer.from("040200010201000101ff", "hex"),
    tlv(0xa5, [tlv(0x30, entries)])])])]).toString("hex");
}

/** One element of BER with contents below 64 KiB. */
function tlv(tag: number, parts: readonly Uint8Array[]): Buffer {
  const contents = Buffer.concat(parts);
  const length = contents.length < 0x80 ? Buffer.of(contents.length)
    : Buffer.of(0x82, contents.length >> 8, contents.length & 0xff);
  return Buffer.concat([Buffer.of(tag), length, contents]);
}
