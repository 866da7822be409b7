/** The terminal's screen itself, loaded only when one is opened. */

import { FitAddon } from "@xterm/addon-fit";
import { type ITerminalOptions, Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";

export interface Screen {
  write(bytes: Uint8Array): void;
  focus(): void;
  dispose(): void;
}

/**
 * The document as the library may use it under the content policy: a style element's text goes to a
 * sheet that this page adopts, which the policy allows to scripts of the page.
 */
function strictDocument(): { readonly document: Document; release(): void } {
  const sheets = new Set<CSSStyleSheet>();
  const observers: MutationObserver[] = [];
  const styled = (): HTMLElement => {
    const element = document.createElement("span");
    element.hidden = true;
    const sheet = new CSSStyleSheet();
    sheets.add(sheet);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    const observer = new MutationObserver(() => { sheet.replaceSync(element.textContent); });
    observer.observe(element, { childList: true });
    observers.push(observer);
    return element;
  };
  const createElement = (name: string): HTMLElement =>
    name === "style" ? styled() : document.createElement(name);
  const strict = new Proxy(document, {
    get: (target, name) => {
      if (name === "createElement") return createElement;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { document: strict, release: () => {
    for (const observer of observers) observer.disconnect();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => !sheets.has(one));
  } };
}

/**
 * SGR with a colour by its red, green and blue (ISO 8613-6): the library would show it by a style
 * attribute, which the policy refuses. No terminal of a PBX's time has such colours.
 */
function isDirectColour(parameters: readonly (number | readonly number[])[]): boolean {
  return parameters.some((one, at) => {
    const next = parameters[at + 1];
    const mode = typeof next === "number" ? next : next?.[0];
    return (one === 38 || one === 48) && mode === 2;
  });
}

const encoder = new TextEncoder();

/** Shows a screen in the box, which it fills, until it is disposed of. */
export function showScreen(
  box: HTMLElement, label: string, typed: (bytes: Uint8Array) => void,
): Screen {
  const strict = strictDocument();
  // Not among the library's declared options, but read by it; for pop-out windows.
  const options: ITerminalOptions & { readonly documentOverride: Document } = {
    documentOverride: strict.document, fontSize: 14, scrollback: 5_000, cursorBlink: false,
    fontFamily: "ui-monospace, monospace", screenReaderMode: true,
  };
  const terminal = new Terminal(options);
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(box);
  terminal.textarea?.setAttribute("aria-label", label);
  // Nobody who uses the keyboard may be caught in here.
  terminal.attachCustomKeyEventHandler((event) => event.key !== "Tab");
  terminal.parser.registerCsiHandler({ final: "m" }, isDirectColour);
  terminal.onData((text) => { typed(encoder.encode(text)); });
  terminal.onBinary((text) => { typed(Uint8Array.from(text, (one) => one.charCodeAt(0))); });
  const resized = new ResizeObserver(() => { fit.fit(); });
  resized.observe(box);
  fit.fit();
  return {
    write: (bytes) => { terminal.write(bytes); },
    focus: () => { terminal.focus(); },
    dispose: () => {
      resized.disconnect();
      terminal.dispose();
      strict.release();
    },
  };
}
