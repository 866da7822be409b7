/**
 * Monitor filters of Avaya DMCC. With `invertFilter` in Avaya's private data a filter names the
 * events that are wanted; ECMA-323 names those that are not.
 */

import type { CstaEventName, CstaExtensions } from "./message.js";
import { childOf, childrenOf, parseXml, type XmlElement } from "./xml-element.js";
import { allEvents, boolean } from "./xml-types.js";

/** Without a namespace of its own, as DMCC's clients send it. */
const inverted = "<AvayaEvents><invertFilter>true</invertFilter></AvayaEvents>";

interface Filtered {
  readonly requestedMonitorFilter?: readonly CstaEventName[];
  readonly extensions?: CstaExtensions;
}

function invertIn(item: string): XmlElement | undefined {
  if (!item.includes("invertFilter")) return undefined;
  const element = parseXml(item);
  if (typeof element === "string") return undefined;
  const invert = childOf(element, "invertFilter");
  return invert !== undefined && boolean.read(invert) === true ? element : undefined;
}

function complement(filter: readonly CstaEventName[]): readonly CstaEventName[] {
  const named = new Set(filter);
  return allEvents.filter((event) => !named.has(event));
}

/** As the service has it: what is not wanted. Private data that only inverts is taken away. */
export function readInverted(argument: Filtered): Filtered {
  const { requestedMonitorFilter, extensions } = argument;
  const items = extensions?.privateData ?? [];
  if (requestedMonitorFilter === undefined || !items.some((item) => invertIn(item) !== undefined)) {
    return argument;
  }
  const kept = items.filter((item) => {
    const element = invertIn(item);
    return element === undefined || childrenOf(element).length > 1;
  });
  const { extensions: _, ...rest } = argument;
  const time = extensions?.time === undefined ? {} : { time: extensions.time };
  const left = { ...time, ...kept.length === 0 ? {} : { privateData: kept } };
  return { ...rest, requestedMonitorFilter: complement(requestedMonitorFilter),
    ...Object.keys(left).length === 0 ? {} : { extensions: left } };
}

/** For DMCC: what is wanted, and the private data that says so. */
export function writeInverted(argument: Filtered): Filtered {
  const { requestedMonitorFilter, extensions } = argument;
  if (requestedMonitorFilter === undefined) return argument;
  const items = extensions?.privateData ?? [];
  const isSaid = items.some((item) => invertIn(item) !== undefined);
  return { ...argument, requestedMonitorFilter: complement(requestedMonitorFilter),
    extensions: { ...extensions, privateData: isSaid ? items : [...items, inverted] } };
}
