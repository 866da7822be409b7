/** Whether bytes that come unasked are a PBX's that looks for its front desk. */

import type { Recognition } from "../../firmware/link/driver.js";
import { stxCodec } from "../../firmware/wire/stx-frames.js";
import { areYouThere } from "./text.js";

const samplesMax = 5;
const short = /^(STS[0-9 ] |MW [01] |DND[01] |CHK[01] |RST[0-9] )[ 0-9]{1,5}$/;
const wakeUp = /^WKP[0-9 ]{4}[ 0-9]{1,6}$/;
/** ENQ and nothing else is how many kinds of equipment begin. */
const enquiryScore = 0.4;

export function recognise(bytes: Uint8Array): readonly Recognition[] {
  const decoder = stxCodec(false).decoder();
  const frames = [...decoder.push(bytes), ...decoder.flush()];
  const texts = frames.flatMap((each) =>
    each.kind === "message" && each.message.kind === "text" ? [each.message.text] : []);
  const enquiries = frames.filter((each) =>
    each.kind === "message" && each.message.kind === "enq").length;
  const known = texts.filter((each) => short.test(each) || wakeUp.test(each)
    || each.startsWith(areYouThere));
  const recognition = { title: "PBX with Mitel's hotel protocol", options: {} };
  if (known.length > 0) {
    const share = known.length / texts.length;
    return [{ ...recognition, records: known.length,
      score: Math.round(share * Math.min(1, 0.7 + 0.15 * known.length) * 100) / 100,
      samples: known.slice(-samplesMax).map((each) => ({ text: each,
        fields: { function: each.slice(0, 3).trim(), status: each.slice(3, 5).trim(),
          extension: each.slice(5).trim() } })) }];
  }
  if (enquiries < 2 || texts.length > 0 || frames.length > enquiries) return [];
  return [{ ...recognition, records: enquiries, score: enquiryScore,
    samples: [{ text: "ENQ", fields: { asks: "for an ACK before it says anything" } }] }];
}
