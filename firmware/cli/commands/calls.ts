/** `ctictl call ...` and `ctictl agent ...`: ECMA-269's services, with everyday aliases. */

import { create } from "@bufbuild/protobuf";
import { CallsService, RequestedAgentStateSchema, type SnapshotCallsResponse }
  from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { ConnectionIdSchema, ConnectionState, ConnectionStateSchema, DirectionSchema,
  ForwardingTypeSchema, LampModeSchema, type ConnectionId }
  from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { ask, type Command, type Input, type OptionDeclaration } from "../command.js";
import { exitCodes } from "../exit-codes.js";
import { Failure } from "../failure.js";
import type { Session } from "../session.js";
import { connectionText, enumChoices, enumValue, enumWord, partyText,
  timeText } from "../wording.js";
import { watchCalls } from "./call-watch.js";

const methods = CallsService.method;
const { ALERTING, CONNECTED, HOLD, INITIATED, QUEUED, FAIL } = ConnectionState;

const callOption: OptionDeclaration = { flags: "--call <call>",
  about: ["which call, when the device has several", "quel appel, si le poste en a plusieurs"] };
const device = ["<link>", "<device>"] as const;

/** The device's connection in one of `states`; looked up unless `--call` names the call. */
async function connectionAt(
  session: Session, input: Input, states: readonly ConnectionState[],
  at: { readonly device?: string; readonly option?: string } = {},
): Promise<ConnectionId> {
  const name = at.device ?? input.arg("device");
  const named = input.text(at.option ?? "call");
  if (named !== "") return create(ConnectionIdSchema, { call: named, device: name });
  const link = input.arg("link");
  const { calls } = await session.unary(methods.snapshotCalls, { link, device: name });
  const found = calls.flatMap(({ connections }) => connections).filter(({ id, state }) =>
    id?.device === name && states.includes(state));
  const only = found[0]?.id;
  if (found.length === 1 && only !== undefined) return only;
  const wanted = states.map((state) => enumWord(ConnectionStateSchema, state)).join(", ");
  throw found.length === 0
    ? new Failure(session.say([`device ${name} of ${link} has no connection that is ${wanted}`,
      `le poste ${name} de ${link} n'a pas de connexion dans l'état ${wanted}`]),
    { exitCode: exitCodes.notFound, advice: "ctictl call list" })
    : new Failure(session.say([
      `device ${name} has ${found.length} such calls; name one with --call`,
      `le poste ${name} a ${found.length} appels de ce genre ; choisissez avec --call`]),
    { exitCode: exitCodes.usage, advice: found.map(({ id }) => id?.call ?? "").join(", ") });
}

async function heldAndActive(
  session: Session, input: Input,
): Promise<{ readonly heldCall: ConnectionId; readonly activeCall: ConnectionId }> {
  return {
    heldCall: await connectionAt(session, input, [HOLD], { option: "held" }),
    activeCall: await connectionAt(session, input, [CONNECTED, INITIATED], { option: "active" }),
  };
}

const pairOptions: readonly OptionDeclaration[] = [
  { flags: "--held <call>", about: ["the held call", "l'appel en garde"] },
  { flags: "--active <call>", about: ["the active call", "l'appel actif"] },
];

async function showNew(
  response: { readonly connection?: ConnectionId | undefined }, session: Session,
): Promise<void> {
  const connection = connectionText(response.connection);
  await session.text(connection === "" ? session.say(["Accepted.", "Accepté."])
    : session.say([`Accepted: ${connection}`, `Accepté : ${connection}`]));
}

async function showCalls(response: SnapshotCallsResponse, session: Session): Promise<void> {
  const rows = response.calls.flatMap((call) => call.connections.map((connection, index) => [
    index === 0 ? call.link : "", index === 0 ? call.call : "",
    index === 0 ? enumWord(DirectionSchema, call.direction) : "",
    index === 0 ? timeText(call.startedAt, session.environment) : "",
    connection.id?.device ?? "", partyText(connection.party),
    enumWord(ConnectionStateSchema, connection.state),
    index === 0 && call.stale ? session.say(["stale: link down", "périmé : lien coupé"]) : "",
  ]));
  await session.table([["Link", "Lien"], ["Call", "Appel"], ["Direction", "Sens"],
    ["Started", "Début"], ["Device", "Poste"], ["Party", "Correspondant"], ["State", "État"],
    ["", ""]], rows);
  session.note([`${response.calls.length} calls; last event ${response.eventNumber}`,
    `${response.calls.length} appels ; dernier événement ${response.eventNumber}`]);
}

/** Services on one connection, which have the same request but for its states. */
const single = [
  { words: "call answer", method: methods.answerCall, states: [ALERTING],
    about: ["Answer a call that rings at a device.", "Répondre à un appel qui sonne à un poste."] },
  { words: "call accept", method: methods.acceptCall, states: [ALERTING],
    about: ["Let a call that is offered to a device ring.",
      "Laisser sonner un appel proposé à un poste."] },
  { words: "call call-back", method: methods.callBack,
    states: [CONNECTED, ALERTING, QUEUED, FAIL],
    about: ["Be called back when the called party is free.",
      "Être rappelé quand le correspondant est libre."] },
  { words: "call clear", aliases: ["hang-up"], method: methods.clearConnection,
    states: [INITIATED, ALERTING, CONNECTED, HOLD, QUEUED, FAIL],
    about: ["Take a device out of its call.", "Retirer un poste de son appel (raccrocher)."] },
  { words: "call clear-call", aliases: ["end"], method: methods.clearCall,
    states: [INITIATED, ALERTING, CONNECTED, HOLD, QUEUED, FAIL],
    about: ["End a call for all devices.", "Terminer un appel pour tous les postes."] },
  { words: "call hold", method: methods.holdCall, states: [CONNECTED],
    about: ["Put a device's call on hold.", "Mettre l'appel d'un poste en garde."] },
  { words: "call retrieve", aliases: ["resume"], method: methods.retrieveCall, states: [HOLD],
    about: ["Take a device's call back from hold.", "Reprendre un appel en garde."] },
] as const;

const singleCommands: readonly Command[] = single.map(({ method, states, ...described }) =>
  ask({ ...described, args: device, options: [callOption], method,
    request: async (input, session) => ({ link: input.arg("link"),
      connection: await connectionAt(session, input, states),
      requestId: session.environment.randomId() }) }));

/** Services on the held and the active call of a device. */
const pairs = [
  { words: "call alternate", aliases: ["swap"], method: methods.alternateCall,
    about: ["Swap the held and the active call.", "Permuter l'appel en garde et l'appel actif."] },
  { words: "call reconnect", method: methods.reconnectCall,
    about: ["End the active call and take the held one back.",
      "Terminer l'appel actif et reprendre celui en garde."] },
] as const;

const joins = [
  { words: "call transfer", method: methods.transferCall,
    about: ["Join the held and the consulted party.",
      "Relier le correspondant en garde et le poste consulté."] },
  { words: "call conference", method: methods.conferenceCall,
    about: ["Join the held and the active call.", "Réunir l'appel en garde et l'appel actif."] },
] as const;

const pairCommands: readonly Command[] = [
  ...pairs.map(({ method, ...described }) =>
    ask({ ...described, args: device, options: pairOptions, method,
      request: async (input, session) => ({ link: input.arg("link"),
        ...await heldAndActive(session, input), requestId: session.environment.randomId() }) })),
  ...joins.map(({ method, ...described }) =>
    ask({ ...described, args: device, options: pairOptions, method, show: showNew,
      request: async (input, session) => ({ link: input.arg("link"),
        ...await heldAndActive(session, input), requestId: session.environment.randomId() }) })),
];

const codeOptions: readonly OptionDeclaration[] = [
  { flags: "--account <code>", about: ["on whose account", "code d'affaire"] },
  { flags: "--authorise <code>", about: ["the code that allows the call",
    "le code qui autorise l'appel"] },
  { flags: "--user-data <text>", about: ["text for who gets the call",
    "texte pour qui reçoit l'appel"] }];

const codes = (input: Input) => ({ accountCode: input.text("account"),
  authCode: input.text("authorise"), userData: Buffer.from(input.text("userData")) });

const numberCommands: readonly Command[] = [
  ask({ words: "call make", aliases: ["dial"], args: [...device, "<number>"],
    options: [{ flags: "--do-not-prompt",
      about: ["let the device go off hook by itself", "décrocher le poste de lui-même"] },
    ...codeOptions],
    about: ["Call a number from a device.", "Appeler un numéro depuis un poste."],
    method: methods.makeCall, show: showNew,
    request: (input, { environment }) => ({ link: input.arg("link"), device: input.arg("device"),
      number: input.arg("number"), doNotPrompt: input.flag("doNotPrompt"),
      ...codes(input), requestId: environment.randomId() }) }),
  ask({ words: "call consult", args: [...device, "<number>"],
    options: [callOption, ...codeOptions],
    about: ["Hold a call and call somebody else.", "Mettre en garde et appeler quelqu'un d'autre."],
    method: methods.consultationCall, show: showNew,
    request: async (input, session) => ({ link: input.arg("link"), number: input.arg("number"),
      existingCall: await connectionAt(session, input, [CONNECTED]), ...codes(input),
      requestId: session.environment.randomId() }) }),
  ask({ words: "call single-step-transfer", aliases: ["blind-transfer"],
    args: [...device, "<number>"], options: [callOption], show: showNew,
    about: ["Transfer a call without consultation.", "Transférer un appel sans consultation."],
    method: methods.singleStepTransferCall,
    request: async (input, session) => ({ link: input.arg("link"), number: input.arg("number"),
      activeCall: await connectionAt(session, input, [CONNECTED]),
      requestId: session.environment.randomId() }) }),
  ask({ words: "call single-step-conference", aliases: ["add"],
    args: [...device, "<number>"], options: [callOption], show: showNew,
    about: ["Add a device to a call.", "Ajouter un poste à un appel."],
    method: methods.singleStepConference,
    request: async (input, session) => ({ link: input.arg("link"), number: input.arg("number"),
      activeCall: await connectionAt(session, input, [CONNECTED]),
      requestId: session.environment.randomId() }) }),
  ask({ words: "call deflect", aliases: ["redirect"], args: [...device, "<number>"],
    options: [callOption], method: methods.deflectCall,
    about: ["Send a call that rings or waits elsewhere.",
      "Dévier un appel qui sonne ou qui attend."],
    request: async (input, session) => ({ link: input.arg("link"), number: input.arg("number"),
      connection: await connectionAt(session, input, [ALERTING, QUEUED]),
      requestId: session.environment.randomId() }) }),
];

const switched = (input: Input, { environment }: Session): {
  readonly link: string; readonly device: string; readonly on: boolean; readonly requestId: string;
} => ({ link: input.arg("link"), device: input.arg("device"), on: input.onOff("on-off"),
  requestId: environment.randomId() });

const forwardingChoices = enumChoices(ForwardingTypeSchema).join(", ");

const otherCommands: readonly Command[] = [
  ask({ words: "call pickup", args: ["<link>", "<device>", "<ringing-device>"],
    options: [callOption], method: methods.directedPickupCall, show: showNew,
    about: ["Take at a device a call that rings elsewhere.",
      "Intercepter à un poste un appel qui sonne ailleurs."],
    request: async (input, session) => ({ link: input.arg("link"), device: input.arg("device"),
      connection: await connectionAt(session, input, [ALERTING, QUEUED],
        { device: input.arg("ringing-device") }),
      requestId: session.environment.randomId() }) }),
  ask({ words: "call group-pickup", args: device, method: methods.groupPickupCall, show: showNew,
    about: ["Take a call that rings in a device's group.",
      "Intercepter un appel qui sonne dans le groupe d'un poste."],
    request: (input, { environment }) => ({ link: input.arg("link"), device: input.arg("device"),
      requestId: environment.randomId() }) }),
  ask({ words: "call account", args: [...device, "<code>"], options: [callOption],
    method: methods.associateData,
    about: ["Give a device's call an account code.",
      "Donner un code d'affaire à l'appel d'un poste."],
    request: async (input, session) => ({ link: input.arg("link"), accountCode: input.arg("code"),
      connection: await connectionAt(session, input, [CONNECTED]),
      requestId: session.environment.randomId() }) }),
  ask({ words: "call park", args: device, method: methods.parkCall,
    options: [callOption, { flags: "--to <position>",
      about: ["park position; the PBX chooses if absent", "position ; sinon le PBX choisit"] }],
    about: ["Park a device's call.", "Parquer l'appel d'un poste."],
    request: async (input, session) => ({ link: input.arg("link"), parkTo: input.text("to"),
      connection: await connectionAt(session, input, [CONNECTED]),
      requestId: session.environment.randomId() }) }),
  ask({ words: "call digits", aliases: ["dtmf"], args: [...device, "<digits>"],
    options: [callOption], method: methods.generateDigits,
    about: ["Send DTMF digits.", "Envoyer des chiffres DTMF."],
    request: async (input, session) => ({ link: input.arg("link"), digits: input.arg("digits"),
      connection: await connectionAt(session, input, [CONNECTED]),
      requestId: session.environment.randomId() }) }),
  ask({ words: "agent state", args: [...device, "<state>"], method: methods.setAgentState,
    options: [
      { flags: "--agent <id>", about: ["the agent's identity", "l'identité de l'agent"] },
      { flags: "--group <queue>", about: ["only this group", "seulement ce groupe"] },
      { flags: "--reason <text>", about: ["reason of a pause", "motif de la pause"] }],
    about: [`Change an agent's state: ${enumChoices(RequestedAgentStateSchema).join(", ")}.`,
      `Changer l'état d'un agent : ${enumChoices(RequestedAgentStateSchema).join(", ")}.`],
    request: (input, { environment }) => ({ link: input.arg("link"), device: input.arg("device"),
      state: enumValue(RequestedAgentStateSchema, input.arg("state")), agent: input.text("agent"),
      acdGroup: input.text("group"), reason: input.text("reason"),
      requestId: environment.randomId() }) }),
  ask({ words: "device lamp", args: [...device, "<on-off>"],
    method: methods.setMessageWaitingIndicator,
    about: ["Light a device's message lamp (on) or put it out (off).",
      "Allumer (on) ou éteindre (off) le voyant de message d'un poste."],
    request: switched }),
  ask({ words: "device dnd", args: [...device, "<on-off>"], method: methods.setDoNotDisturb,
    about: ["Switch a device's do-not-disturb on or off.",
      "Activer (on) ou désactiver (off) ne-pas-déranger d'un poste."],
    request: switched }),
  ask({ words: "device write", args: [...device, "<text>"], method: methods.setDisplay,
    about: ["Write on a telephone's display.", "Écrire sur l'afficheur d'un poste."],
    request: (input, { environment }) => ({ link: input.arg("link"), device: input.arg("device"),
      text: input.arg("text"), requestId: environment.randomId() }) }),
  ask({ words: "device press", args: [...device, "<button>"], method: methods.buttonPress,
    about: ["Press a telephone's button.", "Appuyer sur une touche d'un poste."],
    request: (input, { environment }) => ({ link: input.arg("link"), device: input.arg("device"),
      button: input.arg("button"), requestId: environment.randomId() }) }),
  ask({ words: "device forward", args: [...device, "<on-off>"], method: methods.setForwarding,
    options: [
      { flags: "--to <number>", about: ["where to", "vers où"] },
      { flags: "--when <type>", about: [`${forwardingChoices}; immediate if absent`,
        `${forwardingChoices} ; immediate sinon`] }],
    about: ["Switch a device's forwarding on or off.",
      "Activer (on) ou désactiver (off) le renvoi d'un poste."],
    request: (input, session) => ({ ...switched(input, session), number: input.text("to"),
      type: enumValue(ForwardingTypeSchema, input.text("when") || "immediate") }) }),
];

const yesNo = (session: Session, on: boolean): string =>
  session.say(on ? ["yes", "oui"] : ["no", "non"]);

const deviceQueries: readonly Command[] = [
  ask({ words: "device forwarding", args: device, method: methods.getForwarding,
    about: ["Ask the PBX where a device's calls are forwarded.",
      "Demander au PBX vers où les appels d'un poste sont renvoyés."],
    request: (input) => ({ link: input.arg("link"), device: input.arg("device") }),
    show: ({ forwardings }, session) => session.table(
      [["When", "Quand"], ["On", "Actif"], ["Number", "Numéro"]],
      forwardings.map(({ type, on, number }) =>
        [enumWord(ForwardingTypeSchema, type), yesNo(session, on), number])) }),
  ask({ words: "device dnd-state", args: device, method: methods.getDoNotDisturb,
    about: ["Ask the PBX whether a device's do-not-disturb is on.",
      "Demander au PBX si ne-pas-déranger est actif sur un poste."],
    request: (input) => ({ link: input.arg("link"), device: input.arg("device") }),
    show: ({ on }, session) => session.text(yesNo(session, on)) }),
  ask({ words: "device lamp-state", args: device, method: methods.getMessageWaitingIndicator,
    about: ["Ask the PBX whether a device's message lamp is lit.",
      "Demander au PBX si le voyant de message d'un poste est allumé."],
    request: (input) => ({ link: input.arg("link"), device: input.arg("device") }),
    show: ({ on }, session) => session.text(yesNo(session, on)) }),
  ask({ words: "device display", args: device, method: methods.getDisplay,
    about: ["Show what stands on a telephone's display.",
      "Montrer ce qui est affiché sur un poste."],
    request: (input) => ({ link: input.arg("link"), device: input.arg("device") }),
    show: ({ texts }, session) => session.text(texts.join("\n")) }),
  ask({ words: "device buttons", args: device, method: methods.getButtonInformation,
    about: ["List a telephone's buttons.", "Lister les touches d'un poste."],
    request: (input) => ({ link: input.arg("link"), device: input.arg("device") }),
    show: ({ buttons }, session) => session.table([["Button", "Touche"], ["Label", "Libellé"],
      ["Function", "Fonction"], ["Number", "Numéro"]],
    buttons.map((row) => [row.button, row.label, row.function, row.number])) }),
  ask({ words: "device lamps", args: device, method: methods.getLampMode,
    about: ["List a telephone's lamps.", "Lister les voyants d'un poste."],
    request: (input) => ({ link: input.arg("link"), device: input.arg("device") }),
    show: ({ lamps }, session) => session.table(
      [["Lamp", "Voyant"], ["Mode", "Mode"], ["Button", "Touche"]],
      lamps.map(({ lamp, mode, button }) => [lamp, enumWord(LampModeSchema, mode), button])) }),
];

export const callCommands: readonly Command[] = [
  ask({ words: "call list", args: ["[link]", "[device]"], method: methods.snapshotCalls,
    about: ["List the calls in progress.", "Lister les appels en cours."],
    request: (input) => ({ link: input.arg("link"), device: input.arg("device") }),
    show: showCalls }),
  watchCalls,
  ...singleCommands, ...pairCommands, ...numberCommands, ...otherCommands, ...deviceQueries,
];
