/** A terminal on a link's line or on a port: asked for, open, over. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { JSX, TargetedInputEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { FlowControl, type OpenTerminalRequestSchema, Parity, type Terminal, TerminalsService }
  from "../../../../../../proto/gen/cti/gateway/v1/terminals_pb.js";
import { type Fault, request, run } from "../api/client.js";
import { Keys } from "../state/keys.js";
import { clockLength, longLength, msOf } from "../text/format.js";
import { t, textOr } from "../text/language.js";
import { Button, FaultNote, Field, Note, sayFault } from "./basics.js";
import { useNow } from "./hooks.js";
import type { Screen } from "./terminal-screen.js";

type Request = MessageInitShape<typeof OpenTerminalRequestSchema>;

const methods = TerminalsService.method;
const minutesOffered = [5, 15, 30, 60, 120] as const;
const speeds = [300, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200] as const;
const framings = [
  { name: "8N1", dataBits: 8, parity: Parity.NONE, stopBits: 1 },
  { name: "7E1", dataBits: 7, parity: Parity.EVEN, stopBits: 1 },
  { name: "7O1", dataBits: 7, parity: Parity.ODD, stopBits: 1 },
  { name: "8E1", dataBits: 8, parity: Parity.EVEN, stopBits: 1 },
  { name: "8N2", dataBits: 8, parity: Parity.NONE, stopBits: 2 },
] as const;
const flows = [FlowControl.NONE, FlowControl.RTS_CTS, FlowControl.XON_XOFF,
  FlowControl.DTR_DSR] as const;
const breakMs = 300;
const returnKey = "\r";

/** Either a link or a port; leaving the page closes the terminal. */
export function TerminalPanel(props: {
  readonly link?: string; readonly port?: string;
}): JSX.Element {
  const [wish, setWish] = useState<Request | undefined>(undefined);
  return wish === undefined
    ? <Asked {...props} onOpen={setWish} />
    : <Opened wish={wish} onAgain={() => { setWish(undefined); }} />;
}

function Choice<T extends string | number>(props: {
  readonly label: string; readonly value: T; readonly of: readonly T[];
  readonly name: (one: T) => string; readonly onChoose: (one: T) => void;
}): JSX.Element {
  return (
    <Field label={props.label}>{(ids) => (
      <select {...ids} value={String(props.value)} onChange={(event) => {
        props.onChoose(props.of[event.currentTarget.selectedIndex] ?? props.value);
      }}>{props.of.map((one) => (
        <option key={one} value={String(one)}>{props.name(one)}</option>))}</select>
    )}</Field>
  );
}

function Asked(props: {
  readonly link?: string; readonly port?: string; readonly onOpen: (wish: Request) => void;
}): JSX.Element {
  const { link, port } = props;
  const [reason, setReason] = useState("");
  const [minutes, setMinutes] = useState<number>(15);
  const [baudRate, setBaudRate] = useState<number>(9_600);
  const [framing, setFraming] = useState<string>("8N1");
  const [flowControl, setFlow] = useState<FlowControl>(FlowControl.NONE);
  return (
    <form class="port-other" onSubmit={(event) => {
      event.preventDefault();
      const { dataBits, parity, stopBits } = framings.find(({ name }) => name === framing)
        ?? framings[0];
      props.onOpen({ reason, minutes, ...link !== undefined && { link },
        ...port !== undefined && { port: { address: port, baudRate, dataBits, parity, stopBits,
          flowControl } } });
    }}>
      <Field label={t("terminal.reason")} hint={t("terminal.reason.hint")}>{(ids) => (
        <input {...ids} required maxLength={200} value={reason} autoComplete="off"
          onInput={(event) => { setReason(event.currentTarget.value); }} />
      )}</Field>
      <Choice label={t("terminal.minutes")} value={minutes} of={minutesOffered}
        name={(one) => longLength(one * 60)} onChoose={setMinutes} />
      {port === undefined ? null : <>
        <Choice label={t("terminal.speed")} value={baudRate} of={speeds} name={String}
          onChoose={setBaudRate} />
        <Choice label={t("terminal.framing")} value={framing}
          of={framings.map(({ name }) => name)} name={String} onChoose={setFraming} />
        <Choice label={t("terminal.flow")} value={flowControl} of={flows}
          name={(one) => textOr(`terminal.flow.${one}`, String(one))} onChoose={setFlow} />
      </>}
      <Button kind="primary" submit>{t("terminal.open")}</Button>
    </form>
  );
}

interface Progress {
  readonly waiting?: Terminal;
  readonly terminal?: Terminal;
  readonly endsAtMs?: number | undefined;
  readonly notice?: string;
  readonly ended?: Terminal;
  readonly fault?: Fault;
}

function Opened(props: { readonly wish: Request; readonly onAgain: () => void }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const keys = useRef<Keys | undefined>(undefined);
  const [state, setState] = useState<Progress>({});
  useEffect(() => follow(props.wish, box.current, keys, (step) => {
    setState((before) => ({ ...before, ...step }));
  }), []);
  const { waiting, terminal, ended, fault, notice } = state;
  const isOpen = terminal !== undefined && ended === undefined && fault === undefined;
  return (
    <div class="terminal">
      <div role="status">{terminal === undefined && fault === undefined
        ? <p>{waiting === undefined ? t("terminal.opening")
          : t("terminal.waiting", { id: waiting.id })}</p> : null}
      {notice === undefined || !isOpen ? null : <Note tone="warn">{notice}</Note>}
      {ended === undefined ? null : <Note tone="info"><p>{textOr(
        `terminal.ending.${ended.ending}`, t("terminal.ending.0"))}</p>
      <p>{t("terminal.transcript", { id: ended.id })}</p></Note>}</div>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      {isOpen ? <Actions terminal={terminal} endsAtMs={state.endsAtMs ?? msOf(terminal.endsAt)} />
        : null}
      <div class="terminal-screen" ref={box} role="group" aria-label={t("terminal.screen")} />
      {isOpen ? <>
        <p class="hint">{t("terminal.hint")}</p>
        <LineField secret={false} onSend={(text) => { keys.current?.push(encoded(text)); }} />
        <LineField secret onSend={(text) => { keys.current?.push(encoded(text), true); }} />
      </> : <Button onClick={props.onAgain}>{t("terminal.again")}</Button>}
    </div>
  );
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text + returnKey);
}

/** Opens it, shows what comes, types what is typed; returns how to end that. */
function follow(
  wish: Request, box: HTMLDivElement | null, keys: { current: Keys | undefined },
  tell: (step: Progress) => void,
): () => void {
  let screen: Screen | undefined;
  let early: Uint8Array[] = [];
  let gone = false;
  let id = "";
  const typing = new Keys(async ({ data, secret }) => {
    if (id === "" || gone) return;
    const answer = await request(methods.typeTerminal, { id, data, secret });
    if (!answer.ok) sayFault(answer.fault);
  });
  keys.current = typing;
  void import("./terminal-screen.js").then(({ showScreen }) => {
    if (gone || box === null) return;
    screen = showScreen(box, t("terminal.screen"), (bytes) => { typing.push(bytes); });
    for (const bytes of early) screen.write(bytes);
    early = [];
    screen.focus();
  });
  const stream = run(methods.openTerminal, wish, {
    message: ({ event }) => {
      if (event.case === "waiting") tell({ waiting: event.value });
      else if (event.case === "opened") {
        ({ id } = event.value);
        tell({ terminal: event.value });
      } else if (event.case === "received") {
        if (screen === undefined) early.push(event.value);
        else screen.write(event.value);
      } else if (event.case === "notice") {
        const { text, endsAt } = event.value;
        tell({ notice: text, ...endsAt === undefined ? {} : { endsAtMs: msOf(endsAt) } });
      } else if (event.case === "ended") tell({ ended: event.value });
    },
    fault: (fault) => { tell({ fault }); },
  });
  return () => {
    gone = true;
    stream.close();
    screen?.dispose();
  };
}

function Actions(props: {
  readonly terminal: Terminal; readonly endsAtMs: number | undefined;
}): JSX.Element {
  const { id, line, hasPins } = props.terminal;
  const [dtr, setDtr] = useState(true);
  const now = useNow();
  const seconds = Math.max(0, Math.round(((props.endsAtMs ?? now) - now) / 1_000));
  const perform = async (asked: ReturnType<typeof request>): Promise<boolean> => {
    const answer = await asked;
    if (!answer.ok) sayFault(answer.fault);
    return answer.ok;
  };
  return (
    <div class="row actions">
      <code>{line}</code>
      <span>{t("terminal.left")} {clockLength(seconds)}</span>
      {hasPins ? <>
        <Button onClick={() => { void perform(request(methods.signalTerminal, { id, breakMs })); }}>
          {t("terminal.break")}</Button>
        <Button onClick={() => {
          void perform(request(methods.signalTerminal, { id, dtr: !dtr }))
            .then((done) => { if (done) setDtr(!dtr); });
        }}>{t(dtr ? "terminal.dtr.drop" : "terminal.dtr.raise")}</Button>
      </> : null}
      <Button onClick={() => { void perform(request(methods.extendTerminal, { id })); }}>
        {t("terminal.extend")}</Button>
      <Button kind="danger" onClick={() => {
        void perform(request(methods.closeTerminal, { id }));
      }}>{t("terminal.close")}</Button>
    </div>
  );
}

/** For phones, whose keyboards type whole words, and for what must not be recorded. */
function LineField(props: {
  readonly secret: boolean; readonly onSend: (text: string) => void;
}): JSX.Element {
  const [text, setText] = useState("");
  const { secret } = props;
  const field = {
    maxLength: 256, autoComplete: "off", autoCapitalize: "none", spellcheck: false, value: text,
    onInput: (event: TargetedInputEvent<HTMLInputElement>) => {
      setText(event.currentTarget.value);
    },
  } as const;
  return (
    <form class="port-other" onSubmit={(event) => {
      event.preventDefault();
      props.onSend(text);
      setText("");
    }}>
      <Field label={t(secret ? "terminal.secret" : "terminal.line")}
        {...secret ? { hint: t("terminal.secret.hint") } : {}}>{(ids) => (
        secret ? <input {...ids} {...field} type="password" />
          : <input {...ids} {...field} type="text" />
      )}</Field>
      <Button submit>{t("terminal.send")}
        <span class="hidden"> {t(secret ? "terminal.secret" : "terminal.line")}</span></Button>
    </form>
  );
}
