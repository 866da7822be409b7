/** Records of blocks → pages, and back. Pure; a reader sees on one screen what becomes what. */

import type { Page, PageCallType, PagePriority, PageStatus } from "../../firmware/model/pages.js";
import {
  espaHeaders, espaRecord, espaRecords, type EspaBlock, type EspaRecord,
} from "../../firmware/wire/espa.js";
import {
  decodePagingText, encodePagingText, type PagingCodePage,
} from "../../firmware/wire/paging-text.js";

/** §4.3, record 4. */
const callTypes: Readonly<Record<PageCallType, string>> =
  { reset: "1", speech: "2", standard: "3" };
/** §4.3, record 6. */
const priorities: Readonly<Record<PagePriority, string>> = { alarm: "1", high: "2", normal: "3" };
/** §4.3, record 7. */
const statuses: Readonly<Record<Exclude<PageStatus, "accepted">, string>> =
  { busy: "1", queued: "2", paged: "3", absent: "4", mailbox: "5" };

const pagerCharsMax = 32;

function keyOf<K extends string>(table: Readonly<Record<K, string>>, value: string): K | undefined {
  return (Object.keys(table) as K[]).find((key) => table[key] === value);
}

function ascii(id: string, text: string): EspaRecord {
  return { id, value: encodePagingText(text, "ascii") };
}

function textOf(block: EspaBlock, id: string, page: PagingCodePage = "ascii"): string {
  return decodePagingText(espaRecord(block, id) ?? new Uint8Array(), page).trim();
}

function digit(text: string): number | undefined {
  return /^\d$/.test(text) ? Number(text) : undefined;
}

/** Call type and priority are always said: many paging systems need them. */
export function pageBlock(page: Page, codePage: PagingCodePage, textCharsMax: number): EspaBlock {
  const { address, text, beep, callType, transmissions, priority } = espaRecords;
  return { kind: "block", header: espaHeaders.callToPager, records: [
    ascii(address, page.pager),
    { id: text, value: encodePagingText([...page.text].slice(0, textCharsMax).join(""), codePage) },
    ...page.beep === undefined ? [] : [ascii(beep, String(page.beep))],
    ascii(callType, callTypes[page.callType ?? "standard"]),
    ...page.transmissions === undefined ? [] : [ascii(transmissions, String(page.transmissions))],
    ascii(priority, priorities[page.priority ?? "normal"]),
  ] };
}

/** Undefined where it does not say whom to call. */
export function readPage(block: EspaBlock, codePage: PagingCodePage): Page | undefined {
  const pager = textOf(block, espaRecords.address).replaceAll(" ", "");
  if (pager === "" || pager.length > pagerCharsMax) return undefined;
  const beep = digit(textOf(block, espaRecords.beep));
  const transmissions = digit(textOf(block, espaRecords.transmissions));
  const callType = keyOf(callTypes, textOf(block, espaRecords.callType));
  const priority = keyOf(priorities, textOf(block, espaRecords.priority));
  return { pager, text: textOf(block, espaRecords.text, codePage),
    ...(beep !== undefined && { beep }), ...(callType && { callType }),
    ...(transmissions !== undefined && transmissions > 0 && { transmissions }),
    ...(priority && { priority }) };
}

export function statusBlock(pager: string, status: keyof typeof statuses): EspaBlock {
  return { kind: "block", header: espaHeaders.statusInformation,
    records: [ascii(espaRecords.address, pager), ascii(espaRecords.callStatus, statuses[status])] };
}

/** Undefined where it is not about a call. */
export function readStatus(
  block: EspaBlock,
): { readonly pager: string; readonly status: PageStatus } | undefined {
  const status = keyOf(statuses, textOf(block, espaRecords.callStatus));
  const pager = textOf(block, espaRecords.address);
  return status === undefined || pager === "" ? undefined : { pager, status };
}
