/**
 * The configuration as a form, drawn from the JSON Schema that the gateway gives. It is a second
 * view of the text: each change is one change of the document, and its comments stay.
 */

import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ConfigurationProblem } from
  "../../../../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { readDocument, withItem, withValue } from "../state/document-edit.js";
import { triedDriver } from "../state/layout.js";
import { address } from "../state/route.js";
import { breach, choicesOf, firstKind, isRequired, itemSchema, kindOf, member, members,
  memberValue, newItem, type Path, pathText, resolved, type Schema, typed, wordsOf } from
  "../state/schema.js";
import { count } from "../text/format.js";
import { isTextKey, language, t, textOr } from "../text/language.js";
import { Badge, Button, Empty, Field, Note } from "./basics.js";

interface Form {
  readonly text: string;
  readonly errors: readonly ConfigurationProblem[];
  /** The document after a change at this path; undefined: the text cannot be changed so. */
  onText(text: string | undefined, changed: Path): void;
  /** Where the focus goes when the changed document is drawn. */
  focus(path: Path): void;
}

export interface ConfigurationFormProps {
  readonly jsonSchema: string; readonly text: string;
  readonly errors: readonly ConfigurationProblem[];
  /** Names of secrets that are kept, as references. */
  readonly secrets: readonly string[];
  readonly onText: (text: string, changed: string) => void; readonly onTextView: () => void;
}

export function ConfigurationForm(props: ConfigurationFormProps): JSX.Element {
  const { jsonSchema, text, errors, secrets } = props;
  const schema = useMemo(() => JSON.parse(jsonSchema) as Schema, [jsonSchema]);
  const [stuck, setStuck] = useState(false);
  const [wanted, setWanted] = useState<string | undefined>(undefined);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (wanted === undefined) return;
    setWanted(undefined);
    place.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(wanted)}"]`)?.focus();
  }, [wanted]);
  const value = readDocument(text);
  if (value === undefined) {
    return <Note tone="warn">{t("config.form.unreadable")}{" "}
      <Button small onClick={props.onTextView}>{t("config.view.text")}</Button></Note>;
  }
  const form: Form = {
    text, errors,
    onText(next, changed) {
      setStuck(next === undefined);
      if (next !== undefined) props.onText(next, pathText(changed));
    },
    focus(path) { setWanted(pathText(path)); },
  };
  return (
    <div class="config-form" ref={place}>
      {stuck ? <Note tone="warn" role="alert">{t("config.form.stuck")}</Note> : null}
      <datalist id="secret-names">{secrets.map((one) => <option key={one} value={one} />)}
      </datalist>
      {members(schema).filter(([key]) => key !== "version").map(([key, one]) => (
        <Part key={key} form={form} schema={one} name={key} path={[key]}
          value={memberValue(value, key)} open={key === "links"} />
      ))}
    </div>
  );
}

interface PartProps {
  readonly form: Form; readonly schema: Schema; readonly name: string; readonly path: Path;
  readonly value: unknown;
}

function hasErrors(form: Form, path: Path): boolean {
  const here = pathText(path);
  return form.errors.some((one) => one.path === here || one.path.startsWith(`${here}.`)
    || one.path.startsWith(`${here}[`));
}

/** A section or list that folds; it opens by itself where something in it is wrong. */
function Part(props: PartProps & { readonly open: boolean }): JSX.Element {
  const { form, schema, name, path, value } = props;
  const { title, description } = wordsOf(schema, name, language.get());
  const wrong = hasErrors(form, path);
  const [open, setOpen] = useState(props.open);
  const list = kindOf(schema) === "list";
  const entries = Array.isArray(value) ? value.length : 0;
  return (
    <details class="config-part" open={open || wrong}
      onToggle={(event) => { setOpen(event.currentTarget.open); }}>
      <summary><strong>{title}</strong>
        {list ? <span class="count-quiet">{count(entries)}</span> : null}
        {wrong ? <Badge tone="bad">{t("config.form.wrong")}</Badge> : null}</summary>
      {description === "" || description.replace(/\.$/, "") === title ? null
        : <p class="hint">{description}</p>}
      {list ? <List {...props} /> : <Section {...props} />}
    </details>
  );
}

const grouped = new Set(["section", "list"]);

function Section(props: PartProps): JSX.Element {
  const { form, path, value } = props;
  const schema = resolved(props.schema, value);
  const inside = members(schema);
  return (
    <>
      <div class="form-grid">{inside.filter(([, one]) => !grouped.has(kindOf(one)))
        .map(([key, one]) => (
          <Value key={key} form={form} schema={one} name={key} path={[...path, key]}
            value={memberValue(value, key)} required={isRequired(schema, key)}
            section={props.schema} around={value} />
        ))}</div>
      {inside.filter(([, one]) => grouped.has(kindOf(one))).map(([key, one]) => (
        <Part key={key} form={form} schema={one} name={key} path={[...path, key]}
          value={memberValue(value, key)} open={key === "transport" || key === "options"} />
      ))}
    </>
  );
}

function List(props: PartProps): JSX.Element {
  const { form, schema, name, path, value } = props;
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  const [added, setAdded] = useState<number | undefined>(undefined);
  const add = (): void => {
    setAdded(entries.length);
    form.onText(withItem(form.text, path, newItem(schema, name, entries)), path);
    form.focus([...path, entries.length, name === "links" ? "id" : "name"]);
  };
  return (
    <>
      {entries.length === 0 ? <Empty icon={name === "links" ? "links" : "numbers"}
        title={textOr(`config.form.none.${name}`, t("config.form.none"))} /> : null}
      {entries.map((entry, index) => (
        <Entry key={index} form={form} schema={itemSchema(schema)} name={name}
          path={[...path, index]} value={entry} open={added === index} />
      ))}
      <p><Button icon="add" onClick={add}>
        {textOr(`config.form.add.${name}`, t("config.form.add"))}</Button></p>
    </>
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value) : "";
}

function Entry(props: PartProps & { readonly open: boolean }): JSX.Element {
  const { form, name, path, value } = props;
  const [open, setOpen] = useState(props.open);
  const wrong = hasErrors(form, path);
  const id = textOf(memberValue(value, "id") ?? memberValue(value, "name"));
  const title = textOf(memberValue(value, "title")) || id;
  const kind = textOf(memberValue(memberValue(value, "transport"), "kind"));
  const remove = textOr(`config.form.remove.${name}`, t("config.form.remove"));
  return (
    <details class="config-entry" open={open || wrong}
      onToggle={(event) => { setOpen(event.currentTarget.open); }}>
      <summary><strong>{title || "–"}</strong>
        {id === title ? null : <code class="muted">{id}</code>}
        <span class="muted">{[textOf(memberValue(value, "driver")), kind]
          .filter((word) => word !== "").join(" · ")}</span>
        {wrong ? <Badge tone="bad">{t("config.form.wrong")}</Badge> : null}</summary>
      <Section {...props} />
      <p class="row end">
        {name === "links" && memberValue(value, "driver") === triedDriver && id !== ""
          ? <a class="button small" href={address("layout", id)}>{t("layout.open")}
            <span class="hidden"> {title}</span></a> : null}
        <Button kind="danger" small icon="close" label={`${remove}: ${title}`}
        onClick={() => { form.onText(withValue(form.text, path, undefined), path); }}>
        {remove}</Button></p>
    </details>
  );
}

interface ValueProps extends PartProps {
  readonly required: boolean;
  /** The section in which it stands, as the schema says and as the document says. */
  readonly section: Schema;
  readonly around: unknown;
}

/** What is wrong with a value: first by its own schema, in the page's language. */
function errorOf(props: ValueProps): string | undefined {
  const { form, schema, path, value } = props;
  const found = breach(schema, value);
  if (found !== undefined) {
    return "min" in found ? t(`config.must.${found.must}`,
      { min: limitText(found.min), max: limitText(found.max) }) : t(`config.must.${found.must}`);
  }
  const here = pathText(path);
  const told = form.errors.find((one) => one.path === here);
  if (told === undefined) return undefined;
  return value === undefined && props.required ? t("config.must.exist") : told.message;
}

function limitText(limit: number): string {
  return Number.isSafeInteger(limit) || limit % 1 !== 0 ? count(limit) : "∞";
}

/** What counts when nothing is written. */
function presetOf(schema: Schema): string {
  const preset = schema["default"];
  if (Array.isArray(preset)) return preset.map(textOf).join("\n");
  return typeof preset === "boolean" ? t(preset ? "common.yes" : "common.no")
    : valueTitle(schema, preset);
}

function valueTitle(schema: Schema, value: unknown): string {
  const choice = choicesOf(schema, language.get())?.find((one) => one.value === value);
  const title = choice?.title ?? textOf(value);
  const key = `config.value.${title}`;
  return isTextKey(key) ? t(key) : title;
}

/** One value. What was typed is taken over when the field is left or Enter pressed. */
function Value(props: ValueProps): JSX.Element {
  const { form, schema, name, path } = props;
  const { title, description } = wordsOf(schema, name, language.get());
  const set = (next: unknown): void => {
    form.onText(changed(props, next), path);
  };
  const error = errorOf(props);
  const kind = kindOf(schema);
  return (
    <Field label={title} hint={description}
      error={error === undefined ? undefined : `${error} ${description}`}
      class={kind === "texts" ? "wide" : ""}>{(ids) => {
        const common = { ...ids, "data-path": pathText(path), placeholder: presetOf(schema),
          ...(props.required ? { "aria-required": true } : {}) };
        switch (kind) {
          case "choice": case "yes-no": return <Choose {...props} common={common} onSet={set} />;
          case "texts": case "number": case "text": case "list": case "section":
            return <Type {...props} common={common} onSet={set} />;
        }
      }}</Field>
  );
}

/** With the value, and without what only its predecessor allowed. */
function changed(props: ValueProps, next: unknown): string | undefined {
  const { form, name, path, section, around } = props;
  const above = path.slice(0, -1);
  let text = withValue(form.text, path, next);
  const drop = (key: string): void => {
    if (text !== undefined && memberValue(around, key) !== undefined) {
      text = withValue(text, [...above, key], undefined);
    }
  };
  if (name === "kind" && section["oneOf"] !== undefined) {
    const kept = members(resolved(section, { kind: next })).map(([key]) => key);
    for (const key of Object.keys(Object(around) as object)) {
      if (!kept.includes(key)) drop(key);
    }
  }
  if (name === "driver" && section["allOf"] !== undefined) {
    drop("options");
    const link = { driver: next };
    const kinds = member(resolved(member(resolved(section, link), "transport"), {}), "kind");
    const kind = memberValue(memberValue(around, "transport"), "kind");
    if (text !== undefined && breach(kinds, kind) !== undefined) {
      text = withValue(text, [...above, "transport"], { kind: firstKind(section, link) });
    }
  }
  return text;
}

interface ControlProps extends ValueProps {
  readonly common: { readonly id: string; readonly "data-path": string };
  readonly onSet: (value: unknown) => void;
}

/** What is being typed is kept here, because the form may be drawn again meanwhile. */
function Type(props: ControlProps): JSX.Element {
  const { common, schema, value } = props;
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const several = kindOf(schema) === "texts";
  const written = Array.isArray(value) ? value.map(textOf).join("\n") : textOf(value);
  const all = {
    ...common, autoComplete: "off", autoCapitalize: "none" as const, spellcheck: false,
    value: draft ?? written,
    onInput: (event: { readonly currentTarget: { readonly value: string } }) => {
      setDraft(event.currentTarget.value);
    },
    onChange: (event: { readonly currentTarget: { readonly value: string } }) => {
      setDraft(undefined);
      props.onSet(typed(schema, event.currentTarget.value));
    },
  };
  return several ? <textarea {...all} rows={3} /> : <input {...all} type="text"
    {...(kindOf(schema) === "number" ? { inputMode: "decimal" as const } : {})}
    {...(props.name === "secret" ? { list: "secret-names" } : {})} />;
}

function Choose(props: ControlProps): JSX.Element {
  const { schema, value } = props;
  const choices = choicesOf(schema, language.get())
    ?? [true, false].map((one) => ({ value: one, title: t(one ? "common.yes" : "common.no") }));
  const known = choices.findIndex((one) => one.value === value);
  const preset = presetOf(schema);
  const free = !props.required || known < 0;
  const none = value !== undefined && known < 0 ? textOf(value)
    : preset !== "" ? t("config.form.preset", { value: preset })
      : t(props.required ? "config.form.choose" : "config.form.open");
  return (
    <select {...props.common} value={known < 0 ? "" : String(known)}
      onChange={(event) => {
        const index = event.currentTarget.value;
        props.onSet(index === "" ? undefined : choices[Number(index)]?.value);
      }}>
      {free ? <option value="">{none}</option> : null}
      {choices.map((one, index) => (
        <option key={index} value={String(index)}>
          {kindOf(schema) === "choice" ? valueTitle(schema, one.value) : one.title}</option>
      ))}
    </select>
  );
}
