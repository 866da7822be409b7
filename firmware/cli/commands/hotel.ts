/** `ctictl hotel ...`: rooms, guests, wake-ups. */

import { CallingRightSchema, HotelService, RoomConditionSchema, WakeUpResultSchema, type Room }
  from "../../../proto/gen/cti/gateway/v1/hotel_pb.js";
import { ask, type Command } from "../command.js";
import { usageFailure } from "../failure.js";
import type { Session } from "../session.js";
import { enumChoices, enumValue, enumWord, timeText } from "../wording.js";

const methods = HotelService.method;

function wakeUpText({ wakeUps, lastWakeUp, lastResult }: Room): string {
  const next = wakeUps.map(({ date, time }) => `${date} ${time}`);
  return [...next, ...lastWakeUp === undefined ? []
    : [`(${lastWakeUp.time} ${enumWord(WakeUpResultSchema, lastResult)})`]].join(", ");
}

function mark(on: boolean, session: Session): string {
  return on ? session.say(["yes", "oui"]) : "";
}

export const hotelCommands: readonly Command[] = [
  ask({ words: "hotel rooms", args: ["[room]"], method: methods.listRooms,
    about: ["List the rooms: guest, lamp, do not disturb, maid status, wake-ups.",
      "Lister les chambres : client, voyant, ne pas déranger, ménage, réveils."],
    request: (input) => ({ room: input.arg("room") }),
    show: async ({ rooms, frontDesk, waiting }, session) => {
      await session.table([["Room", "Chambre"], ["Guest", "Client"], ["Since", "Depuis"],
        ["Calls", "Appels"], ["Lamp", "Voyant"], ["Quiet", "Ne pas déranger"],
        ["Maid", "Ménage"], ["Wake-ups", "Réveils"], ["Not told yet", "Pas encore dit à"]],
      rooms.map((room) => [room.room,
        room.occupied ? [room.name, room.firstName].join(" ").trim() || "?" : "",
        timeText(room.changedAt, session.environment),
        room.callingRight === 0 ? "" : enumWord(CallingRightSchema, room.callingRight),
        mark(room.messageWaiting, session), mark(room.doNotDisturb, session),
        room.condition === 0 ? "" : enumWord(RoomConditionSchema, room.condition),
        wakeUpText(room), room.behind.join(", ")]));
      if (waiting > 0) {
        session.note([`${waiting} messages wait for the front desk ${frontDesk}.`,
          `${waiting} messages attendent la réception ${frontDesk}.`]);
      }
    } }),
  ask({ words: "hotel check-in", args: ["<room>", "[name]"], method: methods.checkIn,
    about: ["A guest comes into a room.", "Un client arrive dans une chambre."],
    options: [
      { flags: "--first-name <name>", about: ["first name", "prénom"] },
      { flags: "--language <code>", about: ["language", "langue"] },
      { flags: "--reservation <number>", about: ["number of the stay; another is another guest",
        "numéro du séjour ; un autre est un autre client"] }],
    request: (input) => ({ room: input.arg("room"), name: input.arg("name"),
      firstName: input.text("firstName"), language: input.text("language"),
      reservation: input.text("reservation") }) }),
  ask({ words: "hotel check-out", args: ["<room>"], method: methods.checkOut,
    about: ["The guest leaves.", "Le client part."],
    request: (input) => ({ room: input.arg("room") }) }),
  ask({ words: "hotel message", args: ["<room>", "<on-off>"], method: methods.updateRoom,
    about: ["Light a room's message lamp (on) or put it out (off).",
      "Allumer (on) ou éteindre (off) le voyant de message d'une chambre."],
    request: (input) => ({ room: input.arg("room"), messageWaiting: input.onOff("on-off") }) }),
  ask({ words: "hotel quiet", args: ["<room>", "<on-off>"], method: methods.updateRoom,
    about: ["Switch a room's do-not-disturb on or off.",
      "Activer (on) ou désactiver (off) ne-pas-déranger d'une chambre."],
    request: (input) => ({ room: input.arg("room"), doNotDisturb: input.onOff("on-off") }) }),
  ask({ words: "hotel calls", args: ["<room>", "<right>"], method: methods.updateRoom,
    about: [`Where a room may call to: ${enumChoices(CallingRightSchema).join(", ")}.`,
      `Où une chambre peut appeler : ${enumChoices(CallingRightSchema).join(", ")}.`],
    request: (input) => ({ room: input.arg("room"),
      callingRight: enumValue(CallingRightSchema, input.arg("right")) }) }),
  ask({ words: "hotel maid", args: ["<room>", "<condition>"], method: methods.updateRoom,
    about: [`What housekeeping says: ${enumChoices(RoomConditionSchema).join(", ")}.`,
      `L'état du ménage : ${enumChoices(RoomConditionSchema).join(", ")}.`],
    request: (input) => ({ room: input.arg("room"),
      condition: enumValue(RoomConditionSchema, input.arg("condition")) }) }),
  ask({ words: "hotel wake-up", args: ["<room>", "<time>"], method: methods.setWakeUp,
    about: ["Set a wake-up: 07:30.", "Régler un réveil : 07:30."],
    options: [{ flags: "--date <day>", about: ["2026-11-24; the next such time if absent",
      "2026-11-24 ; à défaut, la prochaine fois"] }],
    request: (input) => ({ room: input.arg("room"), time: input.arg("time"),
      date: input.text("date") }) }),
  ask({ words: "hotel no-wake-up", args: ["<room>", "[time]"], method: methods.clearWakeUp,
    about: ["Clear a wake-up, or all of a room.", "Annuler un réveil, ou tous ceux d'une chambre."],
    options: [{ flags: "--date <day>", about: ["only that of this day",
      "seulement celui de ce jour"] }],
    request: (input) => ({ room: input.arg("room"), time: input.arg("time"),
      date: input.text("date") }) }),
  ask({ words: "hotel resync", args: ["[link]"], method: methods.resyncHotel,
    about: ["Ask the front desk for all guests, tell the PBXs of all rooms; or only one link.",
      "Demander tous les clients à la réception, tout redire aux PBX ; ou un seul lien."],
    request: (input) => ({ link: input.arg("link") }) }),
  ask({ words: "hotel postings", method: methods.listRefusedPostings, request: () => ({}),
    about: ["List calls that the front desk would not take.",
      "Lister les communications refusées par la réception."],
    show: ({ postings }, session) => session.table([[">Number", ">Numéro"], ["Room", "Chambre"],
      ["At", "Date"], ["Record", "Ticket"], ["Reason", "Raison"]],
    postings.map((row) => [String(row.number), row.room, timeText(row.at, session.environment),
      row.record, row.reason])) }),
  ask({ words: "hotel settle", args: ["<number>"], method: methods.settlePosting,
    about: ["A refused call has been booked by hand, or given up: list it no more.",
      "Une communication refusée a été saisie à la main, ou abandonnée : ne plus la lister."],
    request: (input) => {
      const number = input.number("number");
      if (number > 0xffff_ffffn) throw usageFailure(`"${number}" is no posting's number`);
      return { number: Number(number) };
    } }),
];
