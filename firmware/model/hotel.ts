/**
 * What the front desk of a hotel and its telephone systems tell each other about rooms. ECMA-269
 * has words for the message lamp and do-not-disturb of a device only; the front desk says both of
 * a room, in the same breath as the rest. Pure data; not known is absent, never an empty text.
 */

/** What a guest is called and speaks; what else was said of him stands in `privateFields`. */
export interface Guest {
  readonly reservation?: string;
  readonly name?: string;
  readonly firstName?: string;
  /** As the front desk writes it: `FR`, `EA`. */
  readonly language?: string;
}

/** The state of a room as housekeeping tells it. */
export const roomConditions =
  ["dirty", "clean", "inspected", "cleaning", "outOfService"] as const;
export type RoomCondition = (typeof roomConditions)[number];

/** Where the telephone of a room may call to. */
export const callingRights = ["barred", "local", "national", "unrestricted"] as const;
export type CallingRight = (typeof callingRights)[number];

/** By the hotel's clock. Without a date: the next time that the clock shows it. */
export interface WakeUpTime {
  /** `2026-11-24`. */
  readonly date?: string;
  /** `07:30`. */
  readonly time: string;
}

export const wakeUpResults = ["answered", "noAnswer", "busy", "failed"] as const;
export type WakeUpResult = (typeof wakeUpResults)[number];

/** A call to be put on the bill of a room. */
export interface RoomCharge {
  /** Rises with every call; said again with the same number, it is the same call. */
  readonly number: number;
  /** Milliseconds since 1970 UTC. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly dialled?: string;
  /** In hundredths of the currency; absent: the front desk prices the call. */
  readonly amount?: number;
}

interface OfRoom {
  readonly room: string;
  /** What was said that has no word here, by the names of the protocol. */
  readonly privateFields?: Readonly<Record<string, string>>;
}

export type HotelMessage =
  /** `shared`: one more guest in a room that is taken, or one less of several. */
  | OfRoom & { readonly type: "checkedIn"; readonly guest: Guest; readonly shared: boolean }
  | OfRoom & { readonly type: "checkedOut"; readonly shared: boolean }
  /** `movedFrom`: the guest has left that room for this one. */
  | OfRoom & { readonly type: "guestChanged"; readonly guest: Guest;
      readonly movedFrom?: string }
  | OfRoom & { readonly type: "roomCondition"; readonly condition: RoomCondition;
      readonly occupied: boolean }
  | OfRoom & { readonly type: "callingRight"; readonly right: CallingRight }
  | OfRoom & { readonly type: "messageWaiting"; readonly on: boolean }
  | OfRoom & { readonly type: "doNotDisturb"; readonly on: boolean }
  | OfRoom & { readonly type: "wakeUpSet"; readonly at: WakeUpTime }
  /** Without a time: all of the room. */
  | OfRoom & { readonly type: "wakeUpCleared"; readonly at?: WakeUpTime }
  /** Without a time: of the wake-up that was due. */
  | OfRoom & { readonly type: "wakeUpResult"; readonly at?: WakeUpTime;
      readonly result: WakeUpResult }
  | OfRoom & { readonly type: "charge"; readonly charge: RoomCharge }
  /** Who says it wants to be told of every room; start and end stand around the answer. */
  | { readonly type: "resyncRequest" }
  | { readonly type: "resyncStart" }
  | { readonly type: "resyncEnd" };

export type HotelWord = HotelMessage["type"];
/** Of these, `room` says which room. */
export type RoomMessage = Extract<HotelMessage, OfRoom>;
