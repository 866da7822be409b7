/** Which devices this PBX has, and which of them we may watch. */

import { deviceId } from "../../firmware/model/identifiers.js";
import type { SnapshotDevice } from "../../firmware/model/snapshot.js";
import type { AmiMessage } from "../../firmware/wire/ami.js";
import { endpointOf, known } from "./channel.js";
import { mayUse } from "./probe.js";
import type { Conversation } from "./session.js";

export const devicesMax = 50_000;
/** Endpoints whose context is asked for, one by one, to tell trunks from stations. */
export const endpointDetailsMax = 100;
/** Its Newchannel should have been heard by then. */
const youngerSeconds = 2;

interface Found {
  inService: boolean | undefined;
  technology: string;
  outboundAuth: boolean;
}

type NotMonitored = NonNullable<SnapshotDevice["notMonitored"]>;

export async function listDevices(
  conversation: Conversation, states: readonly AmiMessage[], blind: Blindness,
  left: () => number,
): Promise<readonly SnapshotDevice[]> {
  const found = new Map<string, Found>();
  for (const message of await items(conversation, "PJSIPShowEndpoints", left)) {
    if (message.name !== "EndpointList") continue;
    add(found, message.get("ObjectName"), "PJSIP", message.get("DeviceState") !== "Unavailable",
      (message.get("OutboundAuths") ?? "") !== "");
  }
  for (const [action, technology] of [["SIPpeers", "SIP"], ["IAXpeerlist", "IAX2"]] as const) {
    for (const message of await items(conversation, action, left)) {
      if (message.name !== "PeerEntry") continue;
      const status = message.get("Status") ?? "";
      add(found, message.get("ObjectName"), technology,
        /^(OK|LAGGED)/.test(status) || (status === "Unmonitored"
          && message.get("IPaddress") !== "-none-"), false);
    }
  }
  for (const message of states) {
    const name = known(message.get("Device"));
    if (name === undefined || !/^(SCCP|DAHDI|Skinny|MGCP|OOH323)\//.test(name)) continue;
    const { technology, endpoint } = endpointOf(name);
    add(found, endpoint, technology, message.get("State") !== "UNAVAILABLE", false);
  }
  await learnTrunks(conversation, found, left);
  return [...found].map(([name, each]) => describe(conversation, name, each, blind.calls));
}

async function items(
  conversation: Conversation, action: string, left: () => number,
): Promise<readonly AmiMessage[]> {
  if (!mayUse(conversation, action)) return [];
  const reply = await conversation.send(action, [], left(), true);
  return reply.ok ? reply.value.items : [];
}

function add(
  found: Map<string, Found>, name: string | undefined, technology: string,
  inService: boolean, outboundAuth: boolean,
): void {
  const device = known(name);
  if (device === undefined || found.size >= devicesMax || found.has(device)) return;
  found.set(device, { inService, technology, outboundAuth });
}

/** A trunk's endpoint begins its calls in a context of calls from outside. */
async function learnTrunks(
  conversation: Conversation, found: ReadonlyMap<string, Found>, left: () => number,
): Promise<void> {
  const { endpoints } = conversation.mapper.picture;
  let asked = 0;
  for (const [name, { technology, outboundAuth }] of found) {
    conversation.technologies.set(name, technology);
    if (technology !== "PJSIP" || endpoints.isTrunk(name)) continue;
    // Assumed: stations are named by number alone and never log in elsewhere; asking for
    // each of a thousand stations would take too long.
    if (/^\d+$/.test(name) && !outboundAuth) continue;
    if (asked >= endpointDetailsMax || !mayUse(conversation, "PJSIPShowEndpoint")) return;
    asked += 1;
    const reply = await conversation.send("PJSIPShowEndpoint", [["Endpoint", name]], left(), true);
    if (!reply.ok) continue;
    const detail = reply.value.items.find((message) => message.name === "EndpointDetail");
    endpoints.learn(name, known(detail?.get("Context")));
  }
}

/** What the manager user is not told of, for want of a read class. */
export interface Blindness {
  readonly calls: NotMonitored | undefined;
  readonly queues: NotMonitored | undefined;
}

function lacking(readClass: string): NotMonitored {
  return {
    reason: { en: `the manager user lacks the read class ${readClass}`,
      fr: `l'utilisateur manager n'a pas la classe de lecture ${readClass}` },
    advice: {
      en: `Add ${readClass} to the user's read line in manager.conf and reload the manager.`,
      fr: `Ajoutez ${readClass} à la ligne read de l'utilisateur dans manager.conf et rechargez le `
        + "manager." },
  };
}

const unheard: NotMonitored = {
  reason: { en: "the PBX has calls, but tells this manager user nothing of them",
    fr: "le PBX a des appels, mais n'en dit rien à cet utilisateur manager" },
  advice: lacking("call").advice,
};

/**
 * Without the read class `call` no call event ever comes, and nothing says so; only the console
 * command tells a user's classes. Observed on 16 and 22: its line `read perm:`. Who may not ask
 * it is blind when the PBX has channels younger than the login and no call event came.
 */
export async function blindness(
  conversation: Conversation, channels: readonly AmiMessage[], left: () => number,
): Promise<Blindness> {
  const classes = await readClasses(conversation, left);
  if (classes !== undefined) {
    const lacks = (name: string): boolean => !classes.includes(name) && !classes.includes("all");
    return { calls: lacks("call") ? lacking("call") : undefined,
      queues: lacks("agent") ? lacking("agent") : undefined };
  }
  const upMs = conversation.context.world.clock.monotonicMs() - conversation.upAtMs;
  const isDeaf = !conversation.heardCalls && channels.some((message) =>
    (secondsOf(message) + youngerSeconds) * 1_000 < upMs);
  return { calls: isDeaf ? unheard : undefined, queues: undefined };
}

/** `00:01:30`, or plain seconds, as Asterisk says how long a channel has lived. */
export function secondsOf(message: AmiMessage): number {
  return (message.get("Duration") ?? message.get("Seconds") ?? "0").split(":")
    .reduce((sum, part) => sum * 60 + (Number(part) || 0), 0);
}

async function readClasses(
  conversation: Conversation, left: () => number,
): Promise<readonly string[] | undefined> {
  if (conversation.commands?.has("Command") !== true) return undefined;
  const { user } = conversation.context.options;
  if (!/^[\w.-]+$/.test(user)) return undefined;
  const reply = await conversation.send("Command", [["Command", `manager show user ${user}`]],
    left());
  if (!reply.ok) return undefined;
  const line = reply.value.response.all("Output").find((text) => text.includes("read perm:"));
  return line?.split(":")[1]?.split(",").map((text) => text.trim());
}

function describe(
  conversation: Conversation, name: string, found: Found, blind: NotMonitored | undefined,
): SnapshotDevice {
  const trunk = conversation.mapper.picture.endpoints.isTrunk(name);
  if (found.inService !== undefined) conversation.mapper.devices.set(name, found.inService);
  return {
    device: deviceId(name), category: trunk ? "networkInterface" : "station",
    ...(found.inService === undefined ? {} : { inService: found.inService }),
    ...(blind === undefined ? {} : { notMonitored: blind }),
  };
}
