/** Printed lines with a layout drawn over them; a text that is dragged over becomes a field. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { labelBefore } from "../state/labels.js";
import { type Content, contents, guess, type LineState, type OwnLayout, piecesOf, ruler }
  from "../state/layout.js";
import { t } from "../text/language.js";
import { Button } from "./basics.js";
import { Icon, type IconName } from "./icons.js";

interface Selected {
  readonly from: number; readonly to: number; readonly text: string;
  /** What stands before it. */
  readonly label: string;
}
type OnField = (is: Content, from: number, to: number, label: string) => void;

/** Tints that fields take in turn. */
const tints = 4;

const marks: Readonly<Record<LineState, IconName>> =
  { read: "check", rejected: "cross", other: "pause" };

export function LayoutLines(props: {
  readonly layout: OwnLayout; readonly lines: readonly string[];
  readonly states: readonly LineState[];
  readonly onField: OnField;
}): JSX.Element {
  const { layout, lines, states } = props;
  const place = useRef<HTMLDivElement>(null);
  const selected = useSelected(place);
  const columns = Math.max(60, ...lines.map((line) => line.length));
  const [tens, ones] = ruler(columns);
  return (
    <>
      <div class="layout-lines" ref={place} role="group" tabIndex={0}
        aria-label={t("layout.lines")}>
        {layout.kind === "columns" ? <div class="layout-ruler" aria-hidden="true">
          <span>{tens}</span><span>{ones}</span></div> : null}
        <ol>{lines.map((line, index) => {
          const state = states[index] ?? "other";
          return (
            <li key={index} class={`line-${state}`}>
              <span class="line-mark"><Icon name={marks[state]} />
                <span class="hidden">{t(`layout.line.${state}`)}: </span></span>
              <span class="line-text">{piecesOf(layout, line).map(({ text, from, field }) => (
                <span key={from} data-from={from}
                  class={field === undefined ? "" : `piece piece-${field % tints}`}>{text}</span>
              ))}</span>
            </li>
          );
        })}</ol>
      </div>
      {layout.kind !== "columns" && layout.kind !== "labels" ? null : selected === undefined
        ? <p class="hint">{t(layout.kind === "labels" ? "layout.lines.hint.labels"
          : "layout.lines.hint")}</p>
        : <NewField key={`${selected.from} ${selected.to}`} selected={selected} layout={layout}
          onField={props.onField} />}
    </>
  );
}

function NewField(props: {
  readonly selected: Selected; readonly layout: OwnLayout; readonly onField: OnField;
}): JSX.Element {
  const { selected: { from, to, text, label }, layout } = props;
  const [is, setIs] = useState<Content>(() => guess(text, layout));
  return (
    <div class="layout-new" role="status">
      <span>{layout.kind === "labels" ? t("layout.selection.label", { label })
        : t("layout.selection", { from, to })} <code>{text.trim() || " "}</code></span>
      <label class="inline-field">{t("layout.selection.is")} <ContentChoice value={is}
        onChange={setIs} /></label>
      <Button kind="primary" icon="add" onClick={() => {
        getSelection()?.removeAllRanges();
        props.onField(is, from, to, label);
      }}>{t("layout.selection.add")}</Button>
    </div>
  );
}

export function ContentChoice(props: {
  readonly value: Content; readonly onChange: (is: Content) => void; readonly id?: string;
}): JSX.Element {
  return (
    <select value={props.value} {...(props.id === undefined ? {} : { id: props.id })}
      onChange={(event) => {
        const chosen = contents.find((one) => one === event.currentTarget.value);
        if (chosen !== undefined) props.onChange(chosen);
      }}>
      {contents.map((one) => <option key={one} value={one}>{t(`layout.is.${one}`)}</option>)}
    </select>
  );
}

/** What is selected within one line, in columns; it stays while the choice is made. */
function useSelected(place: { readonly current: HTMLElement | null }): Selected | undefined {
  const [selected, setSelected] = useState<Selected | undefined>(undefined);
  useEffect(() => {
    const read = (): void => {
      const selection = getSelection();
      const inside = selection !== null
        && place.current?.contains(selection.anchorNode) === true;
      if (inside) setSelected(columnsOf(selection));
    };
    document.addEventListener("selectionchange", read);
    return () => { document.removeEventListener("selectionchange", read); };
  }, []);
  return selected;
}

function columnsOf(selection: Selection): Selected | undefined {
  const [start, end] = [columnOf(selection.anchorNode, selection.anchorOffset),
    columnOf(selection.focusNode, selection.focusOffset)];
  if (start === undefined || end === undefined || start.line !== end.line) return undefined;
  const [from, to] = [Math.min(start.before, end.before) + 1, Math.max(start.before, end.before)];
  const line = start.line.textContent ?? "";
  return to < from ? undefined
    : { from, to, text: line.slice(from - 1, to), label: labelBefore(line, from) };
}

/** How many columns of the line stand before a place in it. */
function columnOf(
  node: Node | null, offset: number,
): { readonly line: Element; readonly before: number } | undefined {
  const element = node instanceof Element ? node : node?.parentElement;
  const piece = element?.closest("[data-from]");
  const line = element?.closest(".line-text");
  if (piece === null || piece === undefined || line === null || line === undefined) {
    return undefined;
  }
  return { line, before: Number(piece.getAttribute("data-from")) - 1
    + (node instanceof Text ? offset : 0) };
}
