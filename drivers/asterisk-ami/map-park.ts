/** Parked calls wait in the state queued at the parking space's number. */

import { deviceId, type DeviceId } from "../../firmware/model/identifiers.js";
import type { AmiMessage } from "../../firmware/wire/ami.js";
import { channelView, known } from "./channel.js";
import type { Mapping } from "./map.js";
import { join } from "./map-transfer.js";
import { idOf, type Connection } from "./picture.js";

export function parkedCall(mapping: Mapping, message: AmiMessage): void {
  const { picture } = mapping;
  const view = channelView(message, "Parkee");
  const space = known(message.get("ParkingSpace"));
  const leg = view === undefined ? undefined : picture.leg(view);
  if (leg === undefined || space === undefined) return;
  if (parkedAt(leg.call.connections) !== undefined) return;
  const connection = picture.connect(leg, "park", space);
  if (!picture.move(connection, "queued")) return;
  const lot = known(message.get("Parkinglot"));
  const fields: Record<string, string> = {};
  for (const [field, key] of [["parkingLot", "Parkinglot"], ["parkedBy", "ParkerDialString"],
    ["timeoutSeconds", "ParkingTimeout"]] as const) {
    const value = known(message.get(key));
    if (value !== undefined) fields[field] = value;
  }
  picture.emit({ type: "queued", connection: idOf(connection),
    queue: { device: deviceId(space), ...(lot === undefined ? {} : { name: lot }) },
    ...picture.roles(leg.call), privateData: { driver: "asterisk-ami", fields } }, "park");
}

function parkedAt(connections: ReadonlyMap<DeviceId, Connection>): Connection | undefined {
  return [...connections.values()].find((each) => each.kind === "park");
}

/** Somebody dialled the space's number: that call becomes part of the parked one. */
export function unParkedCall(mapping: Mapping, message: AmiMessage): void {
  const { picture } = mapping;
  const parkee = known(message.get("ParkeeUniqueid"));
  const view = channelView(message, "Retriever");
  const leg = parkee === undefined ? undefined : picture.legs.get(parkee);
  if (leg === undefined) return;
  const retriever = view === undefined ? undefined : picture.leg(view);
  const connection = parkedAt(leg.call.connections);
  if (connection !== undefined) {
    picture.divert(connection, retriever === undefined ? undefined : picture.person(retriever),
      "park");
    leg.call.lastRedirection = undefined;
  }
  if (retriever !== undefined && retriever.call !== leg.call) {
    join(mapping, leg.call, retriever.call, "park");
  }
}

/** ParkedCallTimeOut: the PBX rings the one who parked. ParkedCallGiveUp: the caller left. */
export function parkedCallEnd(mapping: Mapping, message: AmiMessage): void {
  const parkee = known(message.get("ParkeeUniqueid"));
  const leg = parkee === undefined ? undefined : mapping.picture.legs.get(parkee);
  if (leg === undefined) return;
  const connection = parkedAt(leg.call.connections);
  if (connection === undefined) return;
  const timedOut = message.name === "ParkedCallTimeOut";
  if (timedOut) leg.call.cause = "recall";
  mapping.picture.clear(connection, timedOut ? "timeout" : "normalClearing");
}
