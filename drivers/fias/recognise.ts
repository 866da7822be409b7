/** Whether bytes that come unasked are a front desk's: it offers the link until it is answered. */

import type { Recognition } from "../../firmware/link/driver.js";
import { stxCodec } from "../../firmware/wire/stx-frames.js";
import { readRecord } from "./record.js";

const samplesMax = 5;
/** On a serial line it asks first, as much other equipment does, and waits for an answer. */
const enquiry = 0x05;
const enquiryScore = 0.4;
const known = new Set(["LS", "LD", "LR", "LA", "LE", "GI", "GO", "GC", "RE", "WR", "WC", "WA",
  "PS", "PA", "DR", "DS", "DE", "NS", "NE", "KR", "XL", "XM"]);

export function recognise(bytes: Uint8Array): readonly Recognition[] {
  // The stricter reading first: what has check octets can be read without them too.
  for (const check of ["lrc", "none"] as const) {
    const decoder = stxCodec(check === "lrc").decoder();
    const texts = [...decoder.push(bytes), ...decoder.flush()].flatMap((each) =>
      each.kind === "message" && each.message.kind === "text" ? [each.message.text] : []);
    const records = texts.flatMap((text) => {
      const record = text.endsWith("|") ? readRecord(text) : undefined;
      return record !== undefined && known.has(record.id) ? [{ text, record }] : [];
    });
    if (records.length === 0) continue;
    const share = records.length / texts.length;
    return [{ title: check === "lrc" ? "FIAS front desk, with check octets" : "FIAS front desk",
      options: { check },
      score: Math.round(share * Math.min(1, 0.6 + 0.2 * records.length) * 100) / 100,
      records: records.length,
      samples: records.slice(-samplesMax).map(({ text, record }) => ({ text,
        fields: { record: record.id, ...Object.fromEntries(record.fields) } })) }];
  }
  const enquiries = bytes.reduce((sum, octet) => sum + (octet === enquiry ? 1 : 0), 0);
  return enquiries < 2 || enquiries < bytes.length ? [] : [{
    title: "FIAS front desk on a serial line", options: {}, score: enquiryScore,
    records: enquiries, samples: [{ text: "ENQ", fields: { asks: "for an ACK first" } }] }];
}
