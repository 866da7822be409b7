/** The conversation with a caller-identification box: set a modem up, then listen. */

import type { Decoded } from "../../firmware/base/codec.js";
import { fail, faultText, ok, type Result, type Text } from "../../firmware/base/result.js";
import { afterSilence } from "../../firmware/base/silence.js";
import type { Cancellable } from "../../firmware/base/world.js";
import type { Proof, Session, SessionContext } from "../../firmware/link/driver.js";
import { callId, deviceId } from "../../firmware/model/identifiers.js";
import type { Sender } from "../../firmware/link/transport.js";
import type { ServiceResponse } from "../../firmware/model/services.js";
import type { LinkSnapshot } from "../../firmware/model/snapshot.js";
import {
  callerIdCodec, factsOf, isCall, nameFact, numberFact, readTime, type CallerIdMessage,
} from "../../firmware/wire/caller-id.js";
import {
  modemCodec, whozzAbsence, whozzCodec, type LineDecoder, type ModemLine, type ModemTag,
  type WhozzLine,
} from "../../firmware/wire/caller-id-lines.js";
import { reportCodec } from "../../firmware/wire/caller-id-reports.js";
import {
  AnalogueLine, identificationMs, openCallMs, ringEndMs, ringingStopped, type LineHost,
  type Patience,
} from "./analogue-line.js";
import { identifies, together, type Caller, type LinePlace } from "./map.js";
import { HidBox } from "./hid-box.js";
import { ModemSetup } from "./modem-setup.js";
import type { CallerIdOptions } from "./options.js";
import { WhozzDatagrams } from "./whozz-datagrams.js";

/** A box that does not tell when ringing stops: the call is let go after this much. */
export const unheardMs = 30_000;
/** The fields of one identification follow each other faster than this. */
export const fieldGapMs = 500;
export const octetSilenceMs = 500;
export const lineSilenceMs = 2_000;

export const events = ["originated", "delivered", "established", "callInformation",
  "connectionCleared", "callCleared"] as const;

const products = { modem: "Hayes modem with caller identification",
  whozz: "Whozz Calling?", mdmf: "Caller identification box (SDMF/MDMF octets)",
  hid: "Caller identification box (USB HID)" } as const;

const notHeard: Patience = { ms: unheardMs, cause: "timeout", end: "the end was not told" };

export function openSession(context: SessionContext<CallerIdOptions>): Session {
  return new CallerIdSession(context);
}

interface Reader {
  push(bytes: Uint8Array): void;
  flush(): void;
  readonly pending: boolean;
}

class CallerIdSession implements Session {
  readonly #context: SessionContext<CallerIdOptions>;
  readonly #host: LineHost;
  readonly #lines = new Map<string, AnalogueLine>();
  readonly #reader: Reader;
  readonly #datagrams = new WhozzDatagrams();
  readonly #hid = new HidBox(() => this.#line(undefined));
  readonly #modem: ModemSetup | undefined;
  #receivedAtMs = 0;
  /** Received, and not yet told of as garbage or as understood. */
  #untoldBytes = 0;
  #silence: Cancellable | undefined;
  /** What the modem has printed of one identification; the date waits for its time. */
  #fields: { readonly caller: Caller; readonly timer: Cancellable } | undefined;
  #date = "";
  /** The box is set to print ends of calls: one was seen. */
  #endsSeen = false;
  #impaired = false;
  #ready = false;
  #closed = false;

  constructor(context: SessionContext<CallerIdOptions>) {
    this.#context = context;
    const { options, world, link } = context;
    const opened = `${world.clock.wall().getTime().toString(36)}${
      Buffer.from(world.random.bytes(2)).toString("hex")}`;
    let count = 0;
    this.#host = {
      world, timeZone: options.timeZone,
      newCallId: () => {
        count += 1;
        return callId(`${link}-${opened}-${count}`);
      },
      emit: (event) => { context.emit(event); },
      record: (call) => { context.record(call); },
    };
    this.#reader = this.#openReader();
    context.transport.onReceive((bytes, atMs, from) => {
      if (context.transport.kind === "udp") this.#datagram(bytes, atMs, from);
      else this.#receive(bytes, atMs);
    });
    // Its calls have invented names: those before this session are over for us.
    context.identify({ product: products[options.box], incarnation: opened });
    this.#modem = options.box === "modem" ? this.#openModem() : undefined;
    if (this.#modem === undefined) this.#report(undefined);
    else this.#modem.begin();
  }

  request(): Promise<Result<ServiceResponse>> {
    return Promise.resolve(fail("service-not-supported", {
      en: "A caller-identification box listens; it takes no requests.",
      fr: "Un boîtier de présentation du numéro écoute ; il n'accepte pas de demandes." }));
  }

  snapshot(): Promise<Result<LinkSnapshot>> {
    return Promise.resolve(fail("service-not-supported", {
      en: "A caller-identification box cannot be asked which calls are in progress.",
      fr: "On ne peut pas demander à un boîtier de présentation du numéro quels appels sont en "
        + "cours." }));
  }

  probe(): Promise<Result<readonly Proof[]>> {
    return Promise.resolve(ok(events.map((subject) => ({
      subject, proven: "not-tried" as const,
      evidence: { en: "seen only when somebody calls",
        fr: "visible seulement quand quelqu'un appelle" },
    }))));
  }

  close(goesOn = false): void {
    if (this.#closed) return;
    this.#silence?.cancel();
    if (!goesOn) {
      this.#reader.flush();
      this.#endFields();
    }
    this.#closed = true;
    this.#modem?.close();
    for (const line of this.#lines.values()) line.close();
    this.#lines.clear();
  }

  #openReader(): Reader {
    const reader = <M>(decoder: LineDecoder<M>, take: (message: M) => void): Reader => {
      const all = (bytes: number, found: readonly Decoded<M>[]): void => {
        for (const each of found) {
          if (each.kind === "message") take(each.message);
          else this.#context.garbage(each.bytes, each.reason);
        }
        this.#account(bytes, found, decoder.pending);
      };
      return {
        push: (bytes) => { all(bytes.length, [...decoder.push(bytes)]); },
        flush: () => { all(0, [...decoder.flush()]); },
        get pending() { return decoder.pending; },
      };
    };
    switch (this.#context.options.box) {
      case "modem": return reader(modemCodec.decoder(), (line) => { this.#modemLine(line); });
      case "whozz": return reader(whozzCodec.decoder(), (line) => { this.#whozzLine(line); });
      case "mdmf": return reader(callerIdCodec.decoder(), (message) => { this.#octets(message); });
      case "hid": {
        const { report } = this.#context.options;
        // The options' schema sees to that.
        if (report === undefined) throw new Error("a hid box without its layout");
        return reader(reportCodec(report).decoder(), (told) => {
          this.#hid.report(told, this.#receivedAtMs);
        });
      }
    }
  }

  /** What is neither garbage nor waiting for its end was understood. */
  #account(bytes: number, found: readonly Decoded<unknown>[], pending: boolean): void {
    this.#untoldBytes += bytes;
    for (const each of found) {
      if (each.kind === "garbage") this.#untoldBytes -= each.bytes.length;
    }
    if (pending || this.#untoldBytes === 0) return;
    this.#context.accounted(this.#untoldBytes, "record");
    this.#untoldBytes = 0;
  }

  #openModem(): ModemSetup {
    const { world, transport, link } = this.#context;
    return new ModemSetup({
      world,
      send: (command) => {
        const sent = transport.send(Buffer.from(`${command}\r`));
        if (!sent.ok) this.#context.report({ type: "lost", reason: faultText(sent.fault) });
      },
      ringing: () => this.#line(undefined).busy,
      ready: (command) => {
        world.log.event("caller-id.modem.ready", { link, command: command ?? "none" });
        this.#report(command === undefined ? {
          en: "the modem knows neither AT+VCID=1 nor AT#CID=1: calls come without a number",
          fr: "le modem ne connaît ni AT+VCID=1 ni AT#CID=1 : les appels viennent sans numéro",
        } : undefined);
      },
      impaired: (reason) => {
        // Before the modem is set up there is nothing yet that could be impaired.
        if (this.#ready) this.#report(reason);
        else world.log.event("caller-id.modem.refused", { link, reason }, "warn");
      },
      lost: (reason) => { this.#context.report({ type: "lost", reason }); },
    });
  }

  /** `undefined`: all is well. */
  #report(reason: Text | undefined): void {
    if (!this.#ready || (this.#impaired && reason === undefined)) {
      this.#context.report({ type: "ready" });
    }
    this.#ready = true;
    this.#impaired = reason !== undefined;
    if (reason === undefined) return;
    this.#context.world.log.event("caller-id.impaired", { link: this.#context.link, reason },
      "warn");
    this.#context.report({ type: "impaired", reason });
  }

  /** `name` is the box's number of the line, where it has several. */
  #line(name: string | undefined): AnalogueLine {
    const key = name ?? "";
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const { link, options } = this.#context;
    const place: LinePlace = { link, device: deviceId(options.device),
      ...(name === undefined ? {} : { trunk: deviceId(name) }) };
    const made = new AnalogueLine(this.#host, place);
    // Two digits name a line: there are never more than a hundred.
    this.#lines.set(key, made);
    return made;
  }

  #receive(bytes: Uint8Array, atMs: number): void {
    if (this.#closed) return;
    this.#receivedAtMs = atMs;
    this.#reader.push(bytes);
    this.#silence?.cancel();
    if (!this.#reader.pending) return;
    const { box } = this.#context.options;
    const ms = box === "mdmf" || box === "hid" ? octetSilenceMs : lineSilenceMs;
    const { transport, world: { clock } } = this.#context;
    this.#silence = afterSilence(clock, transport, ms, "caller-id.silence", () => {
      this.#reader.flush();
    });
  }

  #datagram(bytes: Uint8Array, atMs: number, from: Sender | undefined): void {
    if (this.#closed) return;
    const found = this.#datagrams.read(bytes, atMs, from);
    if (found.kind === "ignored") {
      this.#context.accounted(bytes.length, "skipped");
      this.#context.world.log.event("caller-id.datagram.ignored",
        { link: this.#context.link, why: found.why, bytes: bytes.length }, "debug");
      return;
    }
    if (found.headOctets > 0) this.#context.accounted(found.headOctets, "skipped");
    this.#receive(found.text, atMs);
    // What a datagram begins it also ends.
    this.#silence?.cancel();
    this.#reader.flush();
  }

  #octets(message: CallerIdMessage): void {
    const caller = factsOf(message);
    if (!isCall(message)) {
      this.#messagesWaiting(caller);
      return;
    }
    this.#line(undefined).identified(caller, this.#receivedAtMs, notHeard, ringEndMs);
  }

  #messagesWaiting({ messageWaiting, networkMessages }: Caller): void {
    this.#context.world.log.event("caller-id.messages",
      { link: this.#context.link, waiting: messageWaiting, count: networkMessages });
  }

  #modemLine(line: ModemLine): void {
    const { world, link } = this.#context;
    switch (line.kind) {
      case "ring":
        this.#endFields();
        this.#line(undefined).ring(this.#receivedAtMs, ringingStopped);
        return;
      case "result":
        if (line.result === "OK" || line.result === "ERROR") this.#modem?.result(line.result);
        else world.log.event("caller-id.modem.result", { link, result: line.result }, "debug");
        return;
      case "field":
        if (line.tag === "DATE") this.#date = line.value;
        this.#field(fieldFacts(line.tag, line.value, this.#date));
        return;
      case "packet":
        if (!isCall(line.message)) this.#messagesWaiting(factsOf(line.message));
        else this.#field({ ...factsOf(line.message),
          ...(line.sum ? {} : { more: { checksum: "not printed" } }) });
        return;
      case "echo": case "cadence":
        return;
    }
  }

  /** Fields come one by one; together they identify the caller. */
  #field(news: Caller): void {
    const caller = together(this.#fields?.caller ?? {}, news);
    this.#fields?.timer.cancel();
    const { transport, world: { clock } } = this.#context;
    this.#fields = { caller, timer: afterSilence(clock, transport, fieldGapMs,
      "caller-id.fields", () => { this.#endFields(); }) };
    const number = caller.number ?? caller.numberAbsence;
    if (number !== undefined && (caller.name ?? caller.nameAbsence) !== undefined) {
      this.#endFields();
    }
  }

  #endFields(): void {
    const fields = this.#fields;
    if (fields === undefined) return;
    fields.timer.cancel();
    this.#fields = undefined;
    const line = this.#line(undefined);
    if (identifies(fields.caller)) {
      line.identified(fields.caller, this.#receivedAtMs, ringingStopped, openCallMs);
    } else if (!line.note(fields.caller)) {
      this.#context.world.log.event("caller-id.fields.alone", { link: this.#context.link });
    }
  }

  /** Assumed: limited lines are printed when a call begins. */
  #whozzLine(printed: WhozzLine): void {
    const line = this.#line(printed.line);
    const atMs = this.#receivedAtMs;
    const patience: Patience = this.#endsSeen
      ? { ms: openCallMs, cause: "timeout", end: "the end was not told" }
      : { ...notHeard, awaitsRecord: true };
    if (printed.kind === "detail") {
      if (printed.event === "ring") line.ring(atMs, patience, identificationMs);
      else if (printed.event === "offHook") line.offHook(atMs);
      else if (printed.event === "onHook") line.onHook();
      return;
    }
    const caller = whozzFacts(printed);
    const { direction, phase, durationSeconds = 0 } = printed;
    if (phase === "end") {
      this.#endsSeen = true;
      line.printed({ direction, caller, durationMs: durationSeconds * 1_000 }, atMs);
    } else if (direction === "outgoing") {
      line.dialled(caller, atMs);
    } else {
      line.identified(caller, atMs, phase === "start" ? patience : notHeard, 0);
    }
  }
}

/** What one printed field says. A date is worth nothing without its time. */
function fieldFacts(tag: ModemTag, value: string, date: string): Caller {
  switch (tag) {
    case "NMBR": return numberFact(value);
    case "NAME": return nameFact(value);
    case "DDN_NMBR": return value === "" ? {} : { dialled: value };
    case "MESG": return { more: { message: value } };
    case "DATE": return {};
    case "TIME": {
      const time = readTime(`${date}${value}`);
      return time === undefined ? { more: { time: value } } : { time };
    }
  }
}

function whozzFacts(
  { month, day, hour, minute, number, name, ring, sumGood }: WhozzLine & { kind: "call" },
): Caller {
  const absence = whozzAbsence(number);
  const nameAbsence = whozzAbsence(name);
  const bad = sumGood === false;
  return {
    time: { month, day, hour, minute },
    ...(absence !== undefined ? { numberAbsence: absence }
      : number === "" || bad ? {} : { number }),
    ...(nameAbsence !== undefined ? { nameAbsence } : name === "" || bad ? {} : { name }),
    more: {
      ...(ring === undefined ? {} : { ring }),
      ...(bad ? { checksum: "bad", doubtfulNumber: number, doubtfulName: name } : {}),
    },
  };
}
