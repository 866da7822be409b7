/** HotelService: rooms and guests, and calls that the front desk would not take. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { fail, ok, type Result } from "../../base/result.js";
import type { RefusedPosting as Refused } from "../../hotel/hotel-keyspaces.js";
import type { RoomView } from "../../hotel/hotel.js";
import type { CallingRight as ModelRight, RoomCondition as ModelCondition, RoomMessage,
  WakeUpResult as ModelResult, WakeUpTime } from "../../model/hotel.js";
import { linkId } from "../../model/identifiers.js";
import { CallingRight, RoomCondition, WakeUpResult, type HotelService, type RefusedPostingSchema,
  type RoomSchema, type UpdateRoomRequest } from "../../../proto/gen/cti/gateway/v1/hotel_pb.js";
import { wordOf } from "./enums.js";
import { Fields } from "./fields.js";
import type { GatewayView } from "./gateway-view.js";
import type { ServiceHandlers } from "./handler.js";
import { timestamp } from "./time-message.js";

const roomLengthMax = 16;
const nameLengthMax = 80;

const conditions: Readonly<Record<ModelCondition, RoomCondition>> = {
  dirty: RoomCondition.DIRTY, clean: RoomCondition.CLEAN, inspected: RoomCondition.INSPECTED,
  cleaning: RoomCondition.CLEANING, outOfService: RoomCondition.OUT_OF_SERVICE,
};
const rights: Readonly<Record<ModelRight, CallingRight>> = {
  barred: CallingRight.BARRED, local: CallingRight.LOCAL, national: CallingRight.NATIONAL,
  unrestricted: CallingRight.UNRESTRICTED,
};
const results: Readonly<Record<ModelResult, WakeUpResult>> = {
  answered: WakeUpResult.ANSWERED, noAnswer: WakeUpResult.NO_ANSWER, busy: WakeUpResult.BUSY,
  failed: WakeUpResult.FAILED,
};

export function hotelHandlers({ hotel }: GatewayView): ServiceHandlers<typeof HotelService> {
  /** One after the other; the first fault ends it. */
  const change = async (
    fields: Fields, messages: readonly RoomMessage[],
  ): Promise<Result<object>> => {
    const checked = fields.result();
    if (!checked.ok) return checked;
    for (const message of messages) {
      const changed = await hotel.change(message);
      if (!changed.ok) return changed;
    }
    return ok({});
  };
  return {
    listRooms: ({ room }) => {
      const viewed = hotel.view();
      if (!viewed.ok) return Promise.resolve(viewed);
      const { rooms, frontDesk, waiting } = viewed.value;
      const asked = room === "" ? rooms : rooms.filter(({ state }) => state.room === room);
      if (room !== "" && asked.length === 0) {
        return Promise.resolve(fail("not-found", `There is no room ${room}.`));
      }
      return Promise.resolve(ok({ rooms: asked.map(roomMessage), frontDesk: frontDesk ?? "",
        waiting }));
    },
    checkIn: ({ room, name, firstName, language, reservation }) => {
      const fields = roomFields(room);
      fields.optional("name", name, nameLengthMax);
      fields.optional("first_name", firstName, nameLengthMax);
      fields.optional("language", language, roomLengthMax);
      fields.optional("reservation", reservation, nameLengthMax);
      return change(fields, [{ type: "checkedIn", room, shared: false, guest: {
        ...(name === "" ? {} : { name }), ...(firstName === "" ? {} : { firstName }),
        ...(language === "" ? {} : { language }),
        ...(reservation === "" ? {} : { reservation }) } }]);
    },
    checkOut: ({ room }) => change(roomFields(room),
      [{ type: "checkedOut", room, shared: false }]),
    updateRoom: (request) => change(roomFields(request.room), updates(request)),
    setWakeUp: ({ room, time, date }) => {
      const fields = roomFields(room);
      fields.required("time", time);
      return change(fields, [{ type: "wakeUpSet", room, at: wakeUpAt(fields, time, date) }]);
    },
    clearWakeUp: ({ room, time, date }) => {
      const fields = roomFields(room);
      if (time === "" && date !== "") fields.wrong("time", "is required with a date");
      return change(fields, [{ type: "wakeUpCleared", room,
        ...(time === "" ? {} : { at: wakeUpAt(fields, time, date) }) }]);
    },
    resyncHotel: async ({ link }) => {
      const begun = await hotel.resync(link === "" ? undefined : linkId(link));
      return begun.ok ? ok({}) : begun;
    },
    listRefusedPostings: async () => {
      const listed = await hotel.refusedPostings();
      return listed.ok ? ok({ postings: listed.value.map(postingMessage) }) : listed;
    },
    settlePosting: async ({ number }) => {
      const settled = await hotel.settlePosting(number);
      return settled.ok ? ok({}) : settled;
    },
  };
}

function roomFields(room: string): Fields {
  const fields = new Fields();
  fields.required("room", room, roomLengthMax);
  return fields;
}

function wakeUpAt(fields: Fields, time: string, date: string): WakeUpTime {
  const [hour = "", minute = ""] = time.split(":");
  if (!/^\d\d:\d\d$/.test(time) || Number(hour) > 23 || Number(minute) > 59) {
    fields.wrong("time", "expected a time such as 07:30");
  }
  if (date !== "" && !/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(date)) {
    fields.wrong("date", "expected a day such as 2026-11-24");
  }
  return { time, ...(date === "" ? {} : { date }) };
}

function updates(request: UpdateRoomRequest): readonly RoomMessage[] {
  const { room, messageWaiting, doNotDisturb } = request;
  const right = wordOf(rights, request.callingRight);
  const condition = wordOf(conditions, request.condition);
  const found: RoomMessage[] = [];
  if (right !== undefined) found.push({ type: "callingRight", room, right });
  if (messageWaiting !== undefined) {
    found.push({ type: "messageWaiting", room, on: messageWaiting });
  }
  if (doNotDisturb !== undefined) found.push({ type: "doNotDisturb", room, on: doNotDisturb });
  // The hotel knows whether somebody stays in the room.
  if (condition !== undefined) {
    found.push({ type: "roomCondition", room, condition, occupied: false });
  }
  return found;
}

function roomMessage({ state, behind }: RoomView): MessageInitShape<typeof RoomSchema> {
  const { guest, right, condition, lastWakeUp } = state;
  return {
    room: state.room, occupied: state.stay > 0, name: guest?.name ?? "",
    firstName: guest?.firstName ?? "", language: guest?.language ?? "",
    reservation: guest?.reservation ?? "", messageWaiting: state.messageWaiting,
    doNotDisturb: state.doNotDisturb, behind: [...behind],
    wakeUps: state.wakeUps.map(({ date, time }) => ({ date, time })),
    ...(right === undefined ? {} : { callingRight: rights[right] }),
    ...(condition === undefined ? {} : { condition: conditions[condition] }),
    ...(lastWakeUp === undefined ? {} : { lastResult: results[lastWakeUp.result],
      lastWakeUp: { date: lastWakeUp.date, time: lastWakeUp.time } }),
    ...(state.changedAtMs === 0 ? {} : { changedAt: timestamp(state.changedAtMs) }),
  };
}

function postingMessage(
  { atMs, ...row }: Refused,
): MessageInitShape<typeof RefusedPostingSchema> {
  return { ...row, at: timestamp(atMs) };
}
