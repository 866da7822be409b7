/** The few components that all pages are made of. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Fault } from "../api/client.js";
import { after } from "../clock.js";
import { cell } from "../state/cell.js";
import { t, textOr } from "../text/language.js";
import { longLength } from "../text/format.js";
import { Icon, type IconName } from "./icons.js";
import { useCell } from "./hooks.js";

export type Tone = "good" | "warn" | "bad" | "info" | "quiet";

const toneIcons: Readonly<Record<Tone, IconName>> = {
  good: "check", warn: "warning", bad: "cross", info: "spin", quiet: "pause",
};

/** A state: icon, colour and word, never the colour alone. */
export function Badge(props: {
  readonly tone: Tone; readonly children: ComponentChildren; readonly icon?: IconName;
}): JSX.Element {
  return (
    <span class={`badge tone-${props.tone}`}>
      <Icon name={props.icon ?? toneIcons[props.tone]} />{props.children}
    </span>
  );
}

export function Card(props: {
  readonly title?: string; readonly aside?: ComponentChildren; readonly class?: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const id = useId();
  return (
    <section class={`card ${props.class ?? ""}`}
      {...(props.title === undefined ? {} : { "aria-labelledby": id })}>
      {props.title === undefined ? null : (
        <header class="card-head"><h2 id={id}>{props.title}</h2>{props.aside}</header>
      )}
      {props.children}
    </section>
  );
}

export function Empty(props: {
  readonly icon: IconName; readonly title: string; readonly advice?: string;
}): JSX.Element {
  return (
    <div class="empty">
      <Icon name={props.icon} />
      <p class="empty-title">{props.title}</p>
      {props.advice === undefined ? null : <p>{props.advice}</p>}
    </div>
  );
}

/** Grey bars in the shape of what is being loaded. */
export function Skeleton(props: { readonly rows?: number }): JSX.Element {
  return (
    <div class="skeleton" role="status">
      <span class="hidden">{t("common.loading")}</span>
      {Array.from({ length: props.rows ?? 3 }, (_, row) => <span key={row} class="bar" />)}
    </div>
  );
}

export function faultMessage(fault: Fault): string {
  return fault.message || textOr(`fault.${fault.reason}`, fault.reason);
}

export function faultAdvice(fault: Fault): string {
  return fault.advice || textOr(`fault.${fault.reason}.advice`, "");
}

export function FaultNote(props: {
  readonly fault: Fault; readonly retry?: () => void;
}): JSX.Element {
  const { fault } = props;
  const advice = faultAdvice(fault);
  return (
    <div class="note tone-bad" role="alert">
      <Icon name="cross" />
      <div>
        <p class="note-title">{faultMessage(fault)}</p>
        {advice === "" ? null : <p>{advice}</p>}
        {fault.fields.length === 0 ? null : (
          <ul>{fault.fields.map((field) => (
            <li key={field.path}><code>{field.path}</code> {field.message}</li>
          ))}</ul>
        )}
        {fault.retryAfterMs === undefined ? null
          : <p>{t("fault.wait", { time: longLength(fault.retryAfterMs / 1_000) })}</p>}
      </div>
      {props.retry === undefined ? null
        : <button type="button" class="button" onClick={props.retry}>{t("common.retry")}</button>}
    </div>
  );
}

export function Note(props: {
  readonly tone: Tone; readonly children: ComponentChildren; readonly role?: "status" | "alert";
}): JSX.Element {
  return (
    <div class={`note tone-${props.tone}`} role={props.role ?? "status"}>
      <Icon name={toneIcons[props.tone]} /><div>{props.children}</div>
    </div>
  );
}

export function Field(props: {
  readonly label: string; readonly hint?: string; readonly error?: string | undefined;
  readonly class?: string;
  readonly children: (ids: { readonly id: string; readonly "aria-describedby"?: string;
    readonly "aria-invalid"?: boolean }) => JSX.Element;
}): JSX.Element {
  const id = useId();
  const described = props.hint !== undefined || props.error !== undefined;
  return (
    <div class={`field ${props.class ?? ""}`}>
      <label for={id}>{props.label}</label>
      {props.children({ id, ...(described ? { "aria-describedby": `${id}-hint` } : {}),
        ...(props.error === undefined ? {} : { "aria-invalid": true }) })}
      {described ? (
        <p id={`${id}-hint`} class={props.error === undefined ? "hint" : "hint error"}>
          {props.error ?? props.hint}
        </p>
      ) : null}
    </div>
  );
}

export function Button(props: {
  readonly children: ComponentChildren; readonly onClick?: () => void;
  readonly kind?: "primary" | "danger" | "plain" | "answer"; readonly submit?: boolean;
  readonly busy?: boolean; readonly disabled?: boolean; readonly icon?: IconName;
  readonly label?: string; readonly small?: boolean;
}): JSX.Element {
  const names = ["button", props.kind ?? "", props.small === true ? "small" : ""].join(" ");
  return (
    <button type={props.submit === true ? "submit" : "button"} class={names}
      disabled={props.disabled === true} aria-busy={props.busy === true}
      {...(props.label === undefined ? {} : { "aria-label": props.label })}
      onClick={() => { if (props.busy !== true) props.onClick?.(); }}>
      {props.busy === true ? <Icon name="spin" class="turning" />
        : props.icon === undefined ? null : <Icon name={props.icon} />}
      {props.children}
    </button>
  );
}

/** A native modal dialog; Escape and the browser's own focus handling come with it. */
export function Dialog(props: {
  readonly title: string; readonly onClose: () => void; readonly children: ComponentChildren;
  readonly wide?: boolean;
}): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = box.current;
    if (dialog !== null && !dialog.open) dialog.showModal();
    return () => { dialog?.close(); };
  }, []);
  return (
    <dialog ref={box} class={props.wide === true ? "wide" : ""} aria-labelledby={id}
      onCancel={(event) => { event.preventDefault(); props.onClose(); }}>
      <header class="card-head">
        <h2 id={id}>{props.title}</h2>
        <button type="button" class="icon-button" aria-label={t("common.close")}
          onClick={props.onClose}><Icon name="close" /></button>
      </header>
      {props.children}
    </dialog>
  );
}

/** Asks before something that interrupts. */
export function Confirm(props: {
  readonly title: string; readonly text: string; readonly action: string;
  readonly onCancel: () => void; readonly onConfirm: () => void;
}): JSX.Element {
  return (
    <Dialog title={props.title} onClose={props.onCancel}>
      <p>{props.text}</p>
      <div class="row end">
        <Button onClick={props.onCancel}>{t("common.cancel")}</Button>
        <Button kind="danger" onClick={props.onConfirm}>{props.action}</Button>
      </div>
    </Dialog>
  );
}

/** A table; on a narrow screen each row becomes a block whose values carry their columns' names.
 * Where it is too wide all the same it scrolls within itself, reachable by keyboard. */
export function Table(props: {
  readonly label: string; readonly head: readonly string[]; readonly children: ComponentChildren;
  readonly class?: string;
}): JSX.Element {
  const body = useRef<HTMLTableSectionElement>(null);
  const stacked = props.class === undefined;
  useLayoutEffect(() => {
    if (!stacked) return;
    for (const row of body.current?.rows ?? []) {
      for (const cell of row.cells) cell.dataset["label"] = props.head[cell.cellIndex] ?? "";
    }
  });
  return (
    <div class="table-scroll" role="group" aria-label={props.label} tabIndex={0}>
      <table class={props.class ?? "stacked"}>
        <thead><tr>{props.head.map((title, column) => (
          <th key={column} scope="col">{title === ""
            ? <span class="hidden">{t("common.actions")}</span> : title}</th>))}</tr></thead>
        <tbody ref={body}>{props.children}</tbody>
      </table>
    </div>
  );
}

interface Toast { readonly tone: Tone; readonly title: string; readonly advice: string }
const toast = cell<Toast | undefined>(undefined);
const toastShownMs = 8_000;
let hideToast: () => void = () => undefined;

/** Says the outcome of an action, to eyes and to screen readers. */
export function say(tone: Tone, title: string, advice = ""): void {
  hideToast();
  toast.set({ tone, title, advice });
  hideToast = after(toastShownMs, () => { toast.set(undefined); });
}

export function sayFault(fault: Fault): void {
  say("bad", faultMessage(fault), faultAdvice(fault));
}

export function Toasts(): JSX.Element {
  const shown = useCell(toast);
  return (
    <div class="toasts" aria-live="polite" role="status">
      {shown === undefined ? null : (
        <div class={`toast tone-${shown.tone}`}>
          <Icon name={toneIcons[shown.tone]} />
          <div><p class="note-title">{shown.title}</p>
            {shown.advice === "" ? null : <p>{shown.advice}</p>}</div>
          <button type="button" class="icon-button" aria-label={t("common.close")}
            onClick={() => { hideToast(); toast.set(undefined); }}><Icon name="close" /></button>
        </div>
      )}
    </div>
  );
}
