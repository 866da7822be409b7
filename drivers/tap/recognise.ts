/** Whether bytes come from a TAP entry device: something that sends pages. Pure. */

import type { Recognition } from "../../firmware/link/driver.js";
import { tapRequestCodec, type TapBlock, type TapRequest } from "../../firmware/wire/tap.js";

const samplesMax = 5;
/** A logon and two blocks whose checksums fit are no accident. */
const weightEnough = 3;

function fieldsOf({ text }: TapBlock): Readonly<Record<string, string>> {
  const [pager = "", ...message] = text.split("\r");
  return { pager, text: message.join(" ").trimEnd() };
}

export function recognise(bytes: Uint8Array): readonly Recognition[] {
  let understood = 0;
  const requests: TapRequest[] = [];
  for (const item of tapRequestCodec.decoder().push(bytes)) {
    if (item.kind === "garbage") continue;
    requests.push(item.message);
    understood += tapRequestCodec.encode(item.message).length;
  }
  const blocks = requests.filter((request) => request.kind === "block");
  const logons = requests.filter(({ kind }) => kind === "logon").length;
  const weight = blocks.length + Math.min(1, logons);
  if (blocks.length === 0) return [];
  return [{
    title: "TAP 1.8", options: {}, records: blocks.length,
    score: Math.round(100 * Math.min(1, understood / bytes.length)
      * Math.min(1, weight / weightEnough)) / 100,
    samples: blocks.slice(-samplesMax).map((block) => ({
      text: Buffer.from(tapRequestCodec.encode(block)).toString("latin1")
        .replace(/[\x00-\x1f]/g, (control) => `<${control.charCodeAt(0)}>`),
      fields: fieldsOf(block) })),
  }];
}
