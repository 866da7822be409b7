/**
 * Passwords: which are acceptable, and how they are kept. Kept is argon2id over an HMAC of the
 * password with a key that lives outside the store, so that a stolen store alone can not even be
 * guessed against.
 */

import { createHmac } from "node:crypto";
import { hash, parseOptions, verify } from "@node-rs/argon2";
import { done, fail, messageOf } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import type { World } from "../../base/world.js";

export const passwordCharactersMin = 12;
export const passwordCharactersMax = 128;

/** OWASP's and NIST's common minimum for argon2id: 19 MiB, two passes, one lane. */
export const hashCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const saltBytes = 16;

/** Evaluations at once: each takes 19 MiB and one core for tens of milliseconds. */
export const evaluationsMax = 2;
/** Waiting evaluations; more are refused. */
export const evaluationQueueMax = 32;

export interface PasswordHasher {
  /** PHC string. */
  hash(password: string): Promise<string>;
  verify(stored: string, password: string): Promise<boolean>;
  /** True when the parameters of `stored` are not today's: hash again at the next sign-in. */
  outdated(stored: string): boolean;
}

/** `pepper` is an HMAC key of 32 bytes that is kept outside the store. */
export function argonHasher(
  world: World, pepper: Uint8Array,
  cost: { memoryCost: number; timeCost: number; parallelism: number } = hashCost,
): PasswordHasher {
  // The library verifies only what is UTF-8, so the digest goes in as hexadecimal.
  const peppered = (password: string): string =>
    createHmac("sha256", pepper).update(password.normalize("NFKC")).digest("hex");
  return {
    hash: (password) =>
      hash(peppered(password), { ...cost, salt: world.random.bytes(saltBytes) }),
    verify: async (stored, password) => {
      try {
        return await verify(stored, peppered(password));
      } catch (error) {
        world.log.event("access.hash.unreadable", { error: messageOf(error) }, "error");
        return false;
      }
    },
    outdated: (stored) => {
      const used = parseOptions(stored);
      return used.memoryCost !== cost.memoryCost || used.timeCost !== cost.timeCost
        || used.parallelism !== cost.parallelism;
    },
  };
}

/**
 * Words and rows that guessers try first. Twelve characters are the minimum, so these matter as
 * the material of longer passwords: what is left of a password without them must still be worth
 * something.
 */
const guessedWords = ["password", "passwort", "motdepasse", "jackfield", "ctigateway", "gateway",
  "telephone", "phone", "asterisk", "switchboard", "standard", "administrator", "administrateur",
  "admin", "operator", "operateur", "viewer", "welcome", "bienvenue", "bonjour", "letmein",
  "changeme", "iloveyou", "soleil", "doudou", "chouchou", "azerty", "qwerty", "secret", "default",
  "master", "monkey", "dragon", "football", "princess", "sunshine", "superman", "company",
  "entreprise", "service", "support", "root", "user", "login", "test"];
const rows = ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiopasdfghjklzxcvbnm",
  "azertyuiopqsdfghjklmwxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p"];
const rowPieceMin = 4;
const charactersLeftMin = 5;
const differentMin = 5;

/** Letters that people write as look-alike digits and signs. */
const lookAlikes: Readonly<Record<string, string>> =
  { "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i" };

function without(text: string, words: readonly string[]): string {
  return words.reduce((rest, word) => word.length >= 3 ? rest.split(word).join("") : rest, text);
}

/** Removes every run of `rowPieceMin` or more characters that lie side by side in a row. */
function withoutRows(text: string): string {
  const lines = rows.flatMap((row) => [row, [...row].reverse().join("")]);
  let rest = "";
  for (let at = 0; at < text.length;) {
    let run = 0;
    for (const line of lines) {
      let length = rowPieceMin;
      while (at + length <= text.length && line.includes(text.slice(at, at + length))) length += 1;
      if (length - 1 >= rowPieceMin) run = Math.max(run, length - 1);
    }
    if (run === 0) rest += text.charAt(at);
    at += Math.max(1, run);
  }
  return rest;
}

/** What is left once everything guessable is taken out: distinct characters, not their number. */
function guessable(password: string, words: readonly string[]): boolean {
  const lower = password.normalize("NFKC").toLowerCase();
  const known = [...words.map((word) => word.toLowerCase()), ...guessedWords];
  // Rows first: look-alikes would turn 12345 into letters that are no row.
  const plain = [...withoutRows(lower)].map((sign) => lookAlikes[sign] ?? sign).join("");
  const left = [lower, plain].map((text) => without(withoutRows(without(text, known)), known));
  return left.some((text) => new Set(text).size < charactersLeftMin);
}

/**
 * Whether a password may be chosen. `words` are those a guesser of this user tries: its name, the
 * unit's name. Fault `argument-invalid`, with `path` as the field.
 */
export function checkPassword(
  password: string, words: readonly string[], path = "password",
): Result<void> {
  const characters = [...password.normalize("NFKC")];
  const refuse = (message: string): Result<void> =>
    fail("argument-invalid", message, { fields: [{ path, message }] });
  if (characters.length < passwordCharactersMin || characters.length > passwordCharactersMax) {
    return refuse(`The password must have ${passwordCharactersMin} to ${passwordCharactersMax} `
      + "characters.");
  }
  if (new Set(characters).size < differentMin) {
    return refuse("The password repeats too few different characters.");
  }
  if (guessable(password, words.flatMap((word) => [word, ...word.split(/[^A-Za-z0-9]+/)]))) {
    return refuse("The password is made of words or rows that are guessed first; "
      + "use several unrelated words.");
  }
  return done;
}

/** 31 signs that nobody mistakes for another. */
const readable = "abcdefghjkmnpqrstuvwxyz23456789";

/** 20 signs in groups of five: 99 bits, easy to read out and to type. */
export function readableSecret(world: World): string {
  const group = (): string => Array.from({ length: 5 },
    () => readable.charAt(world.random.integer(readable.length))).join("");
  return [group(), group(), group(), group()].join("-");
}
