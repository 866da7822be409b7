/** Whether bytes come from an ESPA 4.4.4 line, and who is who on it. Pure. */

import type { Recognition } from "../../firmware/link/driver.js";
import {
  espaCodec, espaHeaders, espaRecords, type EspaBlock, type EspaMessage,
} from "../../firmware/wire/espa.js";

const samplesMax = 5;
/** What a block is worth beside an enquiry: its check character fits by chance once in 256. */
const blockWeight = 4;
/** So much evidence is enough. */
const weightEnough = 16;
const names: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(espaRecords).map(([name, id]) => [id, name]));

function textOf({ header, records }: EspaBlock): string {
  return [`<SOH>${header}<STX>`, records.map(({ id, value }) =>
    `${id}<US>${Buffer.from(value).toString("latin1")}`).join("<RS>"), "<ETX>"].join("");
}

/** The station that is polled or selected most, and the one that gives it the turn. */
function stations(
  messages: readonly EspaMessage[],
): { readonly control?: string; readonly station?: string } {
  const enquired = new Map<string, number>();
  let control: string | undefined;
  for (const [index, message] of messages.entries()) {
    if (message.kind !== "enquiry") continue;
    enquired.set(message.address, (enquired.get(message.address) ?? 0) + 1);
    const next = messages[index + 1];
    // The turn for itself, and at once a selection: that is the control station.
    if (next?.kind === "enquiry" && next.address !== message.address) control ??= message.address;
  }
  const [station] = [...enquired].filter(([address]) => address !== control)
    .sort(([, a], [, b]) => b - a)[0] ?? [];
  return { ...(control !== undefined && { control }), ...(station !== undefined && { station }) };
}

export function recognise(bytes: Uint8Array): readonly Recognition[] {
  let understood = 0;
  const messages: EspaMessage[] = [];
  for (const item of espaCodec.decoder().push(bytes)) {
    if (item.kind === "garbage") continue;
    messages.push(item.message);
    understood += espaCodec.encode(item.message).length;
  }
  const blocks = messages.filter((message) => message.kind === "block");
  const enquiries = messages.filter(({ kind }) => kind === "enquiry").length;
  const weight = blocks.length * blockWeight + enquiries;
  if (weight === 0) return [];
  const share = Math.min(1, understood / bytes.length) * Math.min(1, weight / weightEnough);
  const { control = "1", station = "2" } = stations(messages);
  const polls = blocks.length > 0 ? [] : [{ text: `${control}<ENQ>${station}<ENQ>`,
    fields: { enquiries: String(enquiries) } }];
  return [{
    title: "ESPA 4.4.4",
    options: { role: "station", ...(station === "2" ? {} : { address: station }),
      ...(control === "1" ? {} : { peerAddress: control }) },
    score: Math.round(share * 100) / 100, records: blocks.length + enquiries,
    samples: [...polls, ...blocks.slice(-samplesMax).map((block) => ({ text: textOf(block),
      fields: { header: Object.entries(espaHeaders).find(([, id]) => id === block.header)?.[0]
        ?? block.header, ...Object.fromEntries(block.records.map(({ id, value }) =>
        [names[id] ?? id, Buffer.from(value).toString("latin1")])) } }))],
  }];
}
