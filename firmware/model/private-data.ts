/**
 * Private data on their own (ECMA-269: Escape, Private Event, system status): whole elements, as a
 * PBX or an application sends them, passed on untouched: hexadecimal of BER, text of XML. Only who
 * speaks the same encoding can read them.
 */

import type { DeviceId } from "./identifiers.js";

/** By the name of the driver that speaks it. */
export const privateEncodings = ["csta3", "csta12", "csta-xml"] as const;
export type PrivateEncoding = typeof privateEncodings[number];

/** Of one message, all elements together; and elements of one message. */
export const privateCharactersMax = 8_192;
export const privateElementsMax = 16;

export type PrivateNotice =
  /** Of the switching function; `privateStatus` came with its system status. */
  | { readonly type: "escape" | "privateStatus"; readonly elements: readonly string[] }
  /** Of a device, under the name that the encoding gives the event. */
  | { readonly type: "privateEvent"; readonly device: DeviceId; readonly name: string;
      readonly element: string };

export function isWithinBounds(elements: readonly string[]): boolean {
  return elements.length <= privateElementsMax
    && elements.reduce((sum, { length }) => sum + length, 0) <= privateCharactersMax;
}
