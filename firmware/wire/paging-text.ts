/**
 * Texts of paging protocols on the line: seven-bit alphabets of ISO 646 with national characters,
 * or eight-bit ones. Never gives a control character: those steer the protocol.
 */

export const pagingCodePages =
  ["ascii", "german", "french", "latin1", "utf8"] as const;
export type PagingCodePage = typeof pagingCodePages[number];

/** What stands for each of these ASCII characters. DIN 66003; NF Z 62-010 (1983). */
const national: Readonly<Record<"german" | "french", readonly (readonly [string, string])[]>> = {
  german: [["@", "§"], ["[", "Ä"], ["\\", "Ö"], ["]", "Ü"], ["{", "ä"], ["|", "ö"], ["}", "ü"],
    ["~", "ß"]],
  french: [["#", "£"], ["@", "à"], ["[", "°"], ["\\", "ç"], ["]", "§"], ["`", "µ"], ["{", "é"],
    ["|", "ù"], ["}", "è"], ["~", "¨"]],
};

/** Letters without a decomposition into a base and a mark. */
const plain: Readonly<Record<string, string>> = {
  ß: "ss", æ: "ae", Æ: "AE", œ: "oe", Œ: "OE", ø: "o", Ø: "O", đ: "d", Đ: "D", ł: "l", Ł: "L",
  "’": "'", "‘": "'", "“": "\"", "”": "\"", "–": "-", "—": "-", "…": "...", "€": "EUR", "°": "o",
};

const marks = /[\u0300-\u036f]/g;
const replacement = "?";

function isPrintable(character: string): boolean {
  return character >= " " && character <= "~";
}

/** One character as the page has it; what it lacks without its mark, else `?`. */
function shown(character: string, page: PagingCodePage): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return " ";
  if (page === "utf8" || (page === "latin1" && code <= 0xff)) return character;
  if (page === "german" || page === "french") {
    const own = national[page].find(([, sign]) => sign === character);
    if (own !== undefined) return own[0];
    // Its place is another sign's on the receiver's display.
    if (national[page].some(([ascii]) => ascii === character)) return replacement;
  }
  if (isPrintable(character)) return character;
  const base = plain[character] ?? character.normalize("NFD").replace(marks, "");
  return [...base].every(isPrintable) && base !== "" ? base : replacement;
}

/** Bytes of a text: no control characters, nothing that the page does not have. */
export function encodePagingText(text: string, page: PagingCodePage): Uint8Array {
  const characters = [...text.normalize("NFC")].map((each) => shown(each, page)).join("");
  return Buffer.from(characters, page === "utf8" ? "utf8" : "latin1");
}

/** The text of bytes; control characters become spaces. */
export function decodePagingText(bytes: Uint8Array, page: PagingCodePage): string {
  const eight = page === "utf8" || page === "latin1";
  const text = eight ? Buffer.from(bytes).toString(page)
    : String.fromCharCode(...bytes.map((byte) => byte & 0x7f));
  const own = page === "german" || page === "french" ? new Map(national[page]) : new Map();
  return [...text].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20 || (code >= 0x7f && code < 0xa0) ? " "
      : (own.get(character) as string | undefined) ?? character;
  }).join("");
}
