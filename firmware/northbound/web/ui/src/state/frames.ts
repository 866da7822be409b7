/** Bytes of a wire, for eyes. */

/** Sixteen bytes a line: offset, hexadecimal, text. */
export function hexLines(data: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < data.length; at += 16) {
    const row = [...data.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row.map((byte) => byte >= 0x20 && byte < 0x7f
      ? String.fromCharCode(byte) : "·").join("");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join("\n");
}

const controlNames: Readonly<Record<number, string>> = {
  0x00: "␀", 0x02: "␂", 0x03: "␃", 0x04: "␄", 0x05: "␅", 0x06: "␆", 0x15: "␕", 0x1b: "␛",
};

/** As text: line ends as line ends, other control characters as their pictures. */
export function frameText(data: Uint8Array): string {
  const text = new TextDecoder("utf-8", { fatal: false }).decode(data);
  return text.replace(/\r\n/g, "\n").replace(/[\x00-\x08\x0b-\x1f\x7f]/g, (control) =>
    controlNames[control.charCodeAt(0)] ?? "␦").trimEnd();
}
