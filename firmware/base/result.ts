/** What can go wrong in operation is a value; what must never happen is an `assert`. */

import { faults, type FaultCode } from "./faults.js";

export type Language = "en" | "fr";

/** For people. A plain string is a name or the words of others, the same in both languages. */
export type Text = string | Readonly<Record<Language, string>>;

export function inLanguage(text: Text, language: Language): string {
  return typeof text === "string" ? text : text[language];
}

/** Makes a text of others; `words` gives each in the language that is being written. */
export function inEachLanguage(
  write: (words: (text: Text) => string, language: Language) => string,
): Text {
  const of = (language: Language): string =>
    write((text) => inLanguage(text, language), language);
  return { en: of("en"), fr: of("fr") };
}

/** One thing wrong with one place of a request or document. `path` is `links[0].transport.port`. */
export interface FieldViolation {
  readonly path: string;
  readonly message: string;
  /** The same in French, where whoever failed knows it. */
  readonly french?: string;
}

export interface Fault {
  readonly code: FaultCode;
  /** One English sentence that names the thing at fault. The advice stands in the fault table. */
  readonly message: string;
  /** The same in French, where whoever failed knows it. */
  readonly french?: string;
  readonly fields?: readonly FieldViolation[];
  readonly cause?: unknown;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export const done: Result<void> = { ok: true, value: undefined };

export function fail(
  code: FaultCode, message: Text, more?: { fields?: readonly FieldViolation[]; cause?: unknown },
): { readonly ok: false; readonly fault: Fault } {
  const texts = typeof message === "string" ? { message }
    : { message: message.en, french: message.fr };
  return { ok: false, fault: { code, ...texts, ...more } };
}

/** A fault's message; what is not known in French is there the advice, and the English words. */
export function faultText(fault: Fault): Text {
  const { code, message, french } = fault;
  return { en: message, fr: french ?? `${faults[code].advice.fr} (${message})` };
}

/** Wraps a library that throws, at the one place that calls it. */
export async function attempt<T>(
  code: FaultCode, what: string, run: () => Promise<T> | T,
): Promise<Result<T>> {
  try {
    return ok(await run());
  } catch (cause) {
    return fail(code, `${what}: ${messageOf(cause)}`, { cause });
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
