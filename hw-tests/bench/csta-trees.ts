/**
 * The four messages of the CSTA bench, read and written by hand on top of the npm packages asn1js
 * and asn1-ts: those give a tree of tagged elements and take one; here each element becomes the
 * member of the message that it is, and the other way round. As short as it can be done: only
 * these messages, no tables. Primitive elements are read by the cheapest means that the package
 * has, so that the tree, and not what stands here, takes the time.
 */

import { ASN1Construction, BERElement } from "asn1-ts";
import * as asn1js from "asn1js";
import type {
  CstaArgument, CstaConnection, CstaDevice, CstaEvent, CstaParty, CstaResult,
} from "../../firmware/wire/csta/message.js";
import { eventCauses, type EventCause } from "../../firmware/model/causes.js";
import type { ConnectionState } from "../../firmware/model/states.js";

/** What a package does with one element; `head` is an identifier octet. */
interface Package<E> {
  readonly read: (bytes: Uint8Array) => E;
  readonly head: (element: E) => number;
  readonly parts: (element: E) => readonly E[];
  readonly octets: (element: E) => Uint8Array;
  readonly write: (element: E) => Uint8Array;
  readonly whole: (head: number, parts: readonly E[]) => E;
  readonly simple: (head: number, octets: Uint8Array) => E;
}

const asn1ts: Package<BERElement> = {
  read: (bytes) => {
    const element = new BERElement();
    element.fromBytes(bytes);
    return element;
  },
  head: ({ tagClass, construction, tagNumber }) => tagClass << 6 | construction << 5 | tagNumber,
  parts: (element) => element.components as unknown as readonly BERElement[],
  octets: (element) => element.value,
  write: (element) => element.toBytes(),
  whole: (head, parts) => {
    const element = new BERElement(head >> 6, ASN1Construction.constructed, head & 0x1f);
    element.sequence = [...parts];
    return element;
  },
  simple: (head, octets) => {
    const element = new BERElement(head >> 6, ASN1Construction.primitive, head & 0x1f);
    element.value = octets as Uint8Array<ArrayBuffer>;
    return element;
  },
};

type Block = asn1js.AsnType;

const asn1jsPackage: Package<Block> = {
  read: (bytes) => asn1js.fromBER(bytes as Uint8Array<ArrayBuffer>).result,
  head: ({ idBlock: { tagClass, isConstructed, tagNumber } }) =>
    tagClass - 1 << 6 | (isConstructed ? 0x20 : 0) | tagNumber,
  parts: (block) => (block as asn1js.Constructed).valueBlock.value,
  octets: (block) => (block as asn1js.Primitive).valueBlock.valueHexView,
  write: (block) => Buffer.from(block.toBER()),
  whole: (head, parts) => new asn1js.Constructed({
    idBlock: { tagClass: (head >> 6) + 1, tagNumber: head & 0x1f }, value: [...parts] }),
  simple: (head, octets) => new asn1js.Primitive({
    idBlock: { tagClass: (head >> 6) + 1, tagNumber: head & 0x1f },
    valueHex: octets as Uint8Array<ArrayBuffer> }),
};

const states: readonly ConnectionState[] =
  ["null", "initiated", "alerting", "connected", "hold", "queued", "fail"];
const causes: readonly (EventCause | undefined)[] = Object.entries(eventCauses)
  .reduce<EventCause[]>((all, [name, number]) => {
    all[number] = name as EventCause;
    return all;
  }, []);

/** Reads and writes what the bench has, one function of each for each. */
export interface TreeCoder {
  /** The tree and nothing else, each element looked at. */
  readonly tree: (bytes: Uint8Array) => unknown;
  readonly readEvent: (bytes: Uint8Array) =>
  { readonly monitorCrossRefID: string; readonly event: CstaEvent };
  readonly writeEvent: (monitorCrossRefID: string, event: CstaEvent) => Uint8Array;
  readonly readMakeCall: (bytes: Uint8Array) => CstaArgument<"MakeCall">;
  readonly writeMakeCall: (argument: CstaArgument<"MakeCall">) => Uint8Array;
  readonly readSnapshot: (bytes: Uint8Array) => CstaResult<"SnapshotDevice">;
  readonly writeSnapshot: (result: CstaResult<"SnapshotDevice">) => Uint8Array;
}

const asBuffer = ({ buffer, byteOffset, length }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, length);

/** Elements as parts of messages. */
function readerOf<E>(of: Package<E>) {
  const text = (element: E): string => asBuffer(of.octets(element)).toString("latin1");
  const hex = (element: E): string => asBuffer(of.octets(element)).toString("hex");
  const number = (element: E): number => of.octets(element)[0] ?? 0;
  const first = (element: E): E => of.parts(element)[0] as E;
  const device = (element: E): CstaDevice =>
    ({ kind: "dialingNumber", text: text(first(element)) });
  const party = (element: E): CstaParty => {
    const inner = first(element);
    return of.head(inner) === 0x87 ? "notKnown" : device(inner);
  };
  const connection = (element: E): CstaConnection => {
    const [call, at] = of.parts(first(element));
    return { callID: hex(call as E), deviceID: device(first(at as E)) };
  };
  const extensions = (element: E): { readonly time: string } =>
    ({ time: text(first(first(element))) });
  const delivered = (parts: readonly E[]): CstaEvent => {
    const event: Record<string, unknown> = { type: "delivered" };
    for (const part of parts) {
      switch (of.head(part)) {
        case 0x6b: event["connection"] = connection(part); break;
        case 0x63: event["alertingDevice"] = party(part); break;
        case 0x61: event["callingDevice"] = party(part); break;
        case 0x62: event["calledDevice"] = party(part); break;
        case 0x64: event["lastRedirectionDevice"] = party(part); break;
        case 0x4e: event["localConnectionInfo"] = states[number(part)]; break;
        case 0x0a: event["cause"] = causes[number(part)]; break;
        case 0x7e: event["extensions"] = extensions(part); break;
      }
    }
    return event as unknown as CstaEvent;
  };
  const cleared = (parts: readonly E[]): CstaEvent => {
    const event: Record<string, unknown> = { type: "connectionCleared" };
    for (const part of parts) {
      switch (of.head(part)) {
        case 0x6b: event["droppedConnection"] = connection(part); break;
        case 0x63: event["releasingDevice"] = party(part); break;
        case 0x4e: event["localConnectionInfo"] = states[number(part)]; break;
        case 0x0a: event["cause"] = causes[number(part)]; break;
        case 0x7e: event["extensions"] = extensions(part); break;
      }
    }
    return event as unknown as CstaEvent;
  };
  return { hex, number, first, device, connection, delivered, cleared };
}

/** Parts of messages as elements. */
function writerOf<E>(of: Package<E>) {
  const latin1 = (head: number, value: string): E => of.simple(head, Buffer.from(value, "latin1"));
  const opaque = (head: number, value: string): E => of.simple(head, Buffer.from(value, "hex"));
  const small = (head: number, value: number): E => of.simple(head, Uint8Array.of(value));
  const device = ({ text: digits }: CstaDevice): E => of.whole(0x30, [latin1(0x80, digits)]);
  const party = (head: number, value: CstaParty = "notKnown"): E => of.whole(head,
    [typeof value === "object" ? device(value) : of.simple(0x87, new Uint8Array(0))]);
  const connection = ({ callID = "", deviceID }: CstaConnection): E =>
    of.whole(0x6b, [of.whole(0x30, [opaque(0x80, callID),
      of.whole(0xa1, deviceID === undefined ? [] : [device(deviceID)])])]);
  const state = (value: ConnectionState): E => small(0x4e, states.indexOf(value));
  const tail = ({ localConnectionInfo, cause = "normal", extensions: found }: CstaEvent): E[] => [
    ...localConnectionInfo === undefined ? [] : [state(localConnectionInfo)],
    small(0x0a, eventCauses[cause]),
    ...found?.time === undefined ? []
      : [of.whole(0x7e, [of.whole(0xa0, [latin1(0x18, found.time)])])]];
  const event = (value: CstaEvent): E => {
    switch (value.type) {
      case "delivered": return of.whole(0xa4, [connection(value.connection),
        party(0x63, value.alertingDevice), party(0x61, value.callingDevice),
        party(0x62, value.calledDevice), party(0x64, value.lastRedirectionDevice),
        ...tail(value)]);
      case "connectionCleared": return of.whole(0xa3, [connection(value.droppedConnection),
        party(0x63, value.releasingDevice), ...tail(value)]);
      default: throw new Error(`not in this bench: ${value.type}`);
    }
  };
  return { opaque, small, device, connection, state, event };
}

function coderOf<E>(of: Package<E>): TreeCoder {
  const { hex, number, first, device, connection, delivered, cleared } = readerOf(of);
  const writer = writerOf(of);
  const look = (element: E): number => (of.head(element) & 0x20) === 0 ? of.octets(element).length
    : of.parts(element).reduce((sum, part) => sum + look(part), 1);
  return {
    tree: (bytes) => look(of.read(bytes)),
    readEvent: (bytes) => {
      const [crossRef, group] = of.parts(of.read(bytes));
      const event = first(group as E);
      return { monitorCrossRefID: hex(crossRef as E), event: of.head(event) === 0xa4
        ? delivered(of.parts(event)) : cleared(of.parts(event)) };
    },
    writeEvent: (crossRef, event) => of.write(of.whole(0x30, [writer.opaque(0x55, crossRef),
      of.whole(0xa0, [writer.event(event)])])),
    readMakeCall: (bytes) => {
      const [from, to, prompt] = of.parts(of.read(bytes));
      return { callingDevice: device(from as E), calledDirectoryNumber: device(to as E),
        ...prompt === undefined ? {}
          : { autoOriginate: number(prompt) === 1 ? "doNotPrompt" : "prompt" } };
    },
    writeMakeCall: ({ callingDevice, calledDirectoryNumber, autoOriginate }) =>
      of.write(of.whole(0x30, [writer.device(callingDevice), writer.device(calledDirectoryNumber),
        ...autoOriginate === undefined ? []
          : [writer.small(0x83, autoOriginate === "doNotPrompt" ? 1 : 0)]])),
    readSnapshot: (bytes) => ({
      snapshotData: of.parts(first(of.read(bytes))).map((entry) => {
        const [at, state] = of.parts(entry);
        return { connectionIdentifier: connection(at as E),
          localCallState: of.parts(state as E).map((each) => states[number(each)] ?? "null") };
      }),
    }),
    writeSnapshot: ({ snapshotData = [] }) => of.write(of.whole(0x30, [of.whole(0x76,
      snapshotData.map(({ connectionIdentifier, localCallState }) => of.whole(0x30,
        [writer.connection(connectionIdentifier),
          of.whole(0xa0, localCallState.map(writer.state))])))])),
  };
}

export const treeCoders = { asn1js: coderOf(asn1jsPackage), "asn1-ts": coderOf(asn1ts) } as const;
