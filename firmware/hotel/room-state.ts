/** The state of a room, what changes it, and how a PBX is brought in step with it. Pure. */

import type {
  CallingRight, Guest, HotelMessage, RoomCondition, RoomMessage, WakeUpResult, WakeUpTime,
} from "../model/hotel.js";

/** With its date: what is asked for without one is given the next. */
export interface DatedWakeUp {
  readonly date: string;
  readonly time: string;
}

export interface RoomState {
  readonly room: string;
  /** The stay that is on, 0: nobody's; rises with every guest who comes into the empty room. */
  readonly stay: number;
  /** Stays so far. */
  readonly stays: number;
  readonly guest?: Guest;
  readonly right?: CallingRight;
  readonly messageWaiting: boolean;
  readonly doNotDisturb: boolean;
  readonly condition?: RoomCondition;
  readonly wakeUps: readonly DatedWakeUp[];
  readonly lastWakeUp?: DatedWakeUp & { readonly result: WakeUpResult };
  readonly changedAtMs: number;
}

/** What a PBX has been told of a room. */
export interface ToldState {
  /** -1: nothing is known of what it holds. */
  readonly stay: number;
  readonly name: string;
  readonly right?: CallingRight;
  readonly messageWaiting?: boolean;
  readonly doNotDisturb?: boolean;
  /** `07:30`; empty: none. Absent: not known. */
  readonly wakeUp?: string;
}

/** What the hotel's clock shows. */
export interface HotelClock {
  /** `2026-11-24`. */
  readonly date: string;
  /** `07:30`. */
  readonly time: string;
  readonly tomorrow: string;
  /** Milliseconds since 1970 UTC. */
  readonly atMs: number;
}

export const wakeUpsMax = 8;

export const emptyRoom = (room: string): RoomState => ({ room, stay: 0, stays: 0,
  messageWaiting: false, doNotDisturb: false, wakeUps: [], changedAtMs: 0 });

export const toldNothing: ToldState =
  { stay: 0, name: "", messageWaiting: false, doNotDisturb: false, wakeUp: "" };
export const toldUnknown: ToldState = { stay: -1, name: "" };

export function dated(at: WakeUpTime, now: HotelClock): DatedWakeUp {
  return { time: at.time, date: at.date ?? (at.time > now.time ? now.date : now.tomorrow) };
}

const same = (a: DatedWakeUp, b: DatedWakeUp): boolean => a.date === b.date && a.time === b.time;

/** The state after the message; the same object where it changes nothing. */
export function applied(
  before: RoomState, message: RoomMessage, now: HotelClock,
): RoomState {
  const after = next(before, message, now);
  return after === before || JSON.stringify(after) === JSON.stringify(before) ? before
    : { ...after, changedAtMs: now.atMs };
}

function next(state: RoomState, message: RoomMessage, now: HotelClock): RoomState {
  switch (message.type) {
    case "checkedIn":
      if (state.stay > 0 && (message.shared || sameGuest(state.guest, message.guest))) {
        return message.shared ? state : { ...state, guest: { ...state.guest, ...message.guest } };
      }
      return arrived(state, message.guest);
    case "checkedOut": return message.shared || state.stay === 0 ? state : left(state);
    case "guestChanged":
      return state.stay === 0 ? arrived(state, message.guest)
        : { ...state, guest: { ...state.guest, ...message.guest } };
    case "roomCondition": return { ...state, condition: message.condition };
    case "callingRight": return { ...state, right: message.right };
    case "messageWaiting": return { ...state, messageWaiting: message.on };
    case "doNotDisturb": return { ...state, doNotDisturb: message.on };
    case "wakeUpSet": {
      const wanted = dated(message.at, now);
      return state.wakeUps.length >= wakeUpsMax || state.wakeUps.some((each) => same(each, wanted))
        ? state : { ...state, wakeUps: inOrder([...state.wakeUps, wanted]) };
    }
    case "wakeUpCleared": return { ...state, wakeUps: state.wakeUps.filter((each) =>
      message.at !== undefined && (each.time !== message.at.time
        || (message.at.date !== undefined && each.date !== message.at.date))) };
    case "wakeUpResult": {
      const rung = message.at === undefined ? dueWakeUp(state, now) : dated(message.at, now);
      if (rung === undefined) return state;
      return { ...state, lastWakeUp: { ...rung, result: message.result },
        wakeUps: state.wakeUps.filter((each) => !same(each, rung)) };
    }
    case "charge": return state;
  }
}

/** The wake-up that rang: the last of those whose time has come, or else the first of all. */
export function dueWakeUp(state: RoomState, now: HotelClock): DatedWakeUp | undefined {
  const shown = `${now.date} ${now.time}`;
  return state.wakeUps.findLast(({ date, time }) => `${date} ${time}` <= shown)
    ?? state.wakeUps[0];
}

function inOrder(wakeUps: readonly DatedWakeUp[]): readonly DatedWakeUp[] {
  return [...wakeUps].sort((a, b) => `${a.date} ${a.time}` < `${b.date} ${b.time}` ? -1 : 1);
}

function sameGuest(known: Guest | undefined, said: Guest): boolean {
  return said.reservation !== undefined && known?.reservation !== undefined
    ? said.reservation === known.reservation : said.name === known?.name;
}

function arrived(state: RoomState, guest: Guest): RoomState {
  const stays = state.stays + 1;
  return { ...left(state), stay: stays, stays, guest };
}

/** What belongs to a guest goes with him; what housekeeping said of the room stays. */
function left({ room, stays, condition, changedAtMs }: RoomState): RoomState {
  return { ...emptyRoom(room), stays, changedAtMs,
    ...(condition === undefined ? {} : { condition }) };
}

/** A guest moves with his lamp, rights and wake-ups; gives both rooms. */
export function moved(
  from: RoomState, to: RoomState, guest: Guest, now: HotelClock,
): readonly [RoomState, RoomState] {
  const { right, messageWaiting, doNotDisturb, wakeUps } = from;
  const whole = { ...from.guest, ...guest };
  const there = arrived(to, whole);
  return [{ ...left(from), changedAtMs: now.atMs }, from.stay === 0
    ? { ...there, changedAtMs: now.atMs }
    : { ...there, messageWaiting, doNotDisturb, wakeUps, changedAtMs: now.atMs,
      ...(right === undefined ? {} : { right }) }];
}

export function nameOf(guest: Guest | undefined): string {
  return [guest?.name, guest?.firstName].filter((part) => part !== undefined).join(" ");
}

/** The next wake-up that a PBX, which knows no dates, can be told: within a day. */
export function nextWakeUp({ wakeUps }: RoomState, now: HotelClock): string {
  const found = wakeUps.find(({ date, time }) => (date === now.date && time > now.time)
    || (date === now.tomorrow && time <= now.time));
  return found?.time ?? "";
}

/** One thing to tell, and what has been told once it is taken. */
export interface Step {
  readonly message: RoomMessage;
  readonly told: ToldState;
}

/** The next thing to tell a PBX of a room; undefined: it is in step. */
export function stepTo(state: RoomState, told: ToldState, now: HotelClock): Step | undefined {
  const { room } = state;
  if (told.stay > 0 && told.stay !== state.stay) return farewell(state, told);
  if (told.stay !== state.stay) {
    return state.stay > 0
      ? { message: { type: "checkedIn", room, guest: state.guest ?? {}, shared: false },
        told: { ...told, stay: state.stay, name: nameOf(state.guest) } }
      : { message: { type: "checkedOut", room, shared: false }, told: toldNothing };
  }
  if (state.stay > 0 && told.name !== nameOf(state.guest)) {
    return { message: { type: "guestChanged", room, guest: state.guest ?? {} },
      told: { ...told, name: nameOf(state.guest) } };
  }
  if (state.right !== undefined && state.right !== told.right) {
    return { message: { type: "callingRight", room, right: state.right },
      told: { ...told, right: state.right } };
  }
  return switches(state, told, now);
}

function switches(state: RoomState, told: ToldState, now: HotelClock): Step | undefined {
  const { room } = state;
  for (const type of ["messageWaiting", "doNotDisturb"] as const) {
    const on = state[type];
    if (on !== told[type]) return { message: { type, room, on }, told: { ...told, [type]: on } };
  }
  const wakeUp = nextWakeUp(state, now);
  if (wakeUp === told.wakeUp) return undefined;
  return { told: { ...told, wakeUp }, message: wakeUp === ""
    ? { type: "wakeUpCleared", room } : { type: "wakeUpSet", room, at: { time: wakeUp } } };
}

/** Before a guest is checked out, what was his is put out. */
function farewell({ room }: RoomState, told: ToldState): Step {
  for (const type of ["messageWaiting", "doNotDisturb"] as const) {
    if (told[type] === true) {
      return { message: { type, room, on: false }, told: { ...told, [type]: false } };
    }
  }
  if (told.wakeUp !== undefined && told.wakeUp !== "") {
    return { message: { type: "wakeUpCleared", room }, told: { ...told, wakeUp: "" } };
  }
  return { message: { type: "checkedOut", room, shared: false },
    told: { stay: 0, name: "", messageWaiting: false, doNotDisturb: false, wakeUp: "" } };
}

/** What a PBX said of a room it knows already, without being told. */
export function toldBy(told: ToldState, message: RoomMessage, state: RoomState): ToldState {
  switch (message.type) {
    case "messageWaiting": case "doNotDisturb": return { ...told, [message.type]: message.on };
    case "wakeUpSet": return { ...told, wakeUp: message.at.time };
    case "wakeUpCleared": case "wakeUpResult": return { ...told, wakeUp: "" };
    case "checkedIn": return { ...told, stay: state.stay };
    default: return told;
  }
}

/** What the front desk is told when house or telephones change this. */
export function isForFrontDesk({ type }: HotelMessage): boolean {
  return type === "roomCondition" || type === "messageWaiting" || type === "doNotDisturb"
    || type === "wakeUpSet" || type === "wakeUpCleared" || type === "wakeUpResult";
}
