/** A record layout as a form: how fields are parted, and a row for each. */

import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { beginningWith, clocks, dateOrders, guess, isSkipped, kinds, type LayoutField, meanings,
  type OwnLayout, textsAt, withField, withNextLabel } from "../state/layout.js";
import { t } from "../text/language.js";
import { Button, Field } from "./basics.js";
import { Icon } from "./icons.js";
import { ContentChoice } from "./layout-lines.js";

interface Editing {
  readonly layout: OwnLayout;
  readonly onLayout: (layout: OwnLayout) => void;
}

/** `errors`: by the number of the field, what the gateway says is wrong with it. */
export function LayoutForm(props: Editing & {
  readonly lines: readonly string[]; readonly errors: ReadonlyMap<number, string>;
}): JSX.Element {
  const { layout, onLayout, lines, errors } = props;
  const { fields, kind } = layout;
  const [added, setAdded] = useState<number | undefined>(undefined);
  const add = (): void => {
    setAdded(fields.length);
    if (kind === "labels") {
      onLayout(withNextLabel(layout, lines));
      return;
    }
    const from = Math.max(-1, ...fields.map(({ to }) => to)) + 2;
    const printed = kind === "columns" ? ""
      : textsAt(withField(layout, "text", from, from), fields.length, lines)
        .find((text) => text !== "") ?? "";
    onLayout(withField(layout, printed === "" ? "text" : guess(printed, layout), from, from + 3));
  };
  return (
    <>
      <Settings layout={layout} onLayout={onLayout} />
      <h3>{t("layout.fields")}</h3>
      {fields.length === 0 ? <p class="hint">{t("layout.fields.none")}</p> : null}
      <ol class="layout-fields">{fields.map((field, index) => (
        <li key={index}><FieldRow {...props} field={field} index={index}
          error={errors.get(index)}
          fresh={added === index} /></li>
      ))}</ol>
      <p><Button icon="add" onClick={add}>{t("layout.field.add")}</Button></p>
    </>
  );
}

function Settings({ layout, onLayout }: Editing): JSX.Element {
  const choose = <K extends "kind" | "clock" | "dateOrder">(
    key: K, all: readonly OwnLayout[K][],
  ): JSX.Element => (
    <Field label={t(`layout.${key}`)}>{(ids) => (
      <select {...ids} value={layout[key]} onChange={(event) => {
        const chosen = all.find((one) => one === event.currentTarget.value);
        if (chosen !== undefined) onLayout({ ...layout, [key]: chosen });
      }}>{all.map((one) => <option key={one} value={one}>
          {t(`layout.${key}.${one}` as "layout.kind.csv")}</option>)}</select>
    )}</Field>
  );
  const type = (key: "separator" | "timeZone", max: number, placeholder = ""): JSX.Element => (
    <Field label={t(`layout.${key}`)}>{(ids) => (
      <input {...ids} value={layout[key]} maxLength={max} placeholder={placeholder}
        autoComplete="off" autoCapitalize="none" spellcheck={false}
        onInput={(event) => { onLayout({ ...layout, [key]: event.currentTarget.value }); }} />
    )}</Field>
  );
  return (
    <div class="form-grid">
      {choose("kind", kinds)}
      {layout.kind === "csv" ? type("separator", 3) : null}
      {choose("clock", clocks)}
      {layout.fields.some(({ is }) => is === "date" || is === "dateTime")
        ? choose("dateOrder", dateOrders) : null}
      {type("timeZone", 60, "Europe/Paris")}
      <Field label={t("layout.skip")} hint={t("layout.skip.hint")}>{(ids) => (
        <textarea {...ids} rows={2} value={layout.skip} spellcheck={false}
          onInput={(event) => { onLayout({ ...layout, skip: event.currentTarget.value }); }} />
      )}</Field>
    </div>
  );
}

interface RowProps extends Editing {
  readonly field: LayoutField; readonly index: number; readonly lines: readonly string[];
  readonly error: string | undefined;
  /** It was just added: the next key press is meant for it. */
  readonly fresh: boolean;
}

function FieldRow(props: RowProps): JSX.Element {
  const { layout, onLayout, field, index, error } = props;
  const id = useId();
  useEffect(() => {
    if (props.fresh) document.getElementById(id)?.focus();
  }, []);
  const set = (change: Partial<LayoutField>): void => {
    onLayout({ ...layout, fields: layout.fields.map((one, place) =>
      place === index ? { ...one, ...change } : one) });
  };
  const column = (key: "from" | "to"): JSX.Element => (
    <Field label={t(`layout.field.${key}`)} class="column">{(ids) => (
      <input {...ids} type="number" min={1} max={2_048} value={String(field[key])}
        onInput={(event) => { set({ [key]: Number(event.currentTarget.value) || 1 }); }} />
    )}</Field>
  );
  return (
    <fieldset class={`layout-field piece-${index % 4}`}>
      <legend>{t("layout.field", { number: index + 1 })}</legend>
      <div class="layout-row">
        <div class="field"><label for={id}>{t("layout.field.is")}</label>
          <ContentChoice id={id} value={field.is} onChange={(is) => { set({ is, means: {} }); }} />
        </div>
        {field.is !== "text" ? null : (
          <Field label={t("layout.field.name")}>{(ids) => (
            <input {...ids} value={field.name} maxLength={32} autoComplete="off"
              autoCapitalize="none" spellcheck={false}
              onInput={(event) => { set({ name: event.currentTarget.value }); }} />
          )}</Field>
        )}
        {layout.kind === "columns" ? <>{column("from")}{column("to")}</> : null}
        {layout.kind !== "labels" ? null : (
          <Field label={t("layout.field.label")}>{(ids) => (
            <input {...ids} value={field.label} maxLength={40} autoComplete="off"
              autoCapitalize="none" spellcheck={false}
              onInput={(event) => { set({ label: event.currentTarget.value }); }} />
          )}</Field>
        )}
        <label class="check"><input type="checkbox" checked={field.optional}
          onChange={(event) => { set({ optional: event.currentTarget.checked }); }} />
          {t("layout.field.optional")}</label>
        <button type="button" class="icon-button"
          aria-label={t("layout.field.remove", { number: index + 1 })} onClick={() => {
            onLayout({ ...layout, fields: layout.fields.filter((_, place) => place !== index) });
          }}><Icon name="close" /></button>
      </div>
      {layout.kind !== "labels" ? null : index === 0
        ? <p class="hint">{t("layout.field.begins")}</p>
        : <p><Button small onClick={() => { onLayout(beginningWith(layout, index)); }}>
          {t("layout.field.begin", { label: field.label })}</Button></p>}
      {field.is === "direction" || field.is === "answered"
        ? <Meanings {...props} of={meanings[field.is]} set={set} /> : null}
      {error === undefined ? null : <p class="hint error" role="alert">{error}</p>}
    </fieldset>
  );
}

/** Each text that was printed there, and what it means. */
function Meanings(props: RowProps & {
  readonly of: readonly string[]; readonly set: (change: Partial<LayoutField>) => void;
}): JSX.Element {
  const { layout, field, index, lines, of, set } = props;
  const printed = textsAt(layout, index, lines.filter((line) => !isSkipped(layout, line)));
  const texts = [...new Set([...printed, ...Object.keys(field.means)])];
  return (
    <div class="layout-means" role="group" aria-label={t("layout.field.means")}>
      <p class="hint">{t("layout.field.means")}</p>
      <div class="row">{texts.map((text) => (
        <span key={text} class="inline-field">
          <code aria-hidden="true">{text === "" ? t("layout.field.blank") : text}</code>
          <select aria-label={text === "" ? t("layout.field.blank") : text}
            value={field.means[text] ?? ""} onChange={(event) => {
            const { [text]: _old, ...others } = field.means;
            const chosen = event.currentTarget.value;
            set({ means: chosen === "" ? others : { ...others, [text]: chosen } });
          }}>
            <option value="">{t("layout.means.none")}</option>
            {of.map((one) => <option key={one} value={one}>
              {t(`layout.means.${one}` as "layout.means.none")}</option>)}
          </select>
        </span>
      ))}</div>
    </div>
  );
}
