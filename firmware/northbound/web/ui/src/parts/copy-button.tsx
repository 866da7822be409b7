import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { after } from "../clock.js";
import { t } from "../text/language.js";
import { Button } from "./basics.js";

const shownMs = 4_000;

type Outcome = "copied" | "copyFailed";

/** Puts a text on the clipboard and says so; `what` tells it from the page's other copy buttons. */
export function CopyButton(props: {
  readonly text: string; readonly what?: string; readonly small?: boolean;
}): JSX.Element {
  const [outcome, setOutcome] = useState<Outcome | undefined>(undefined);
  useEffect(() => outcome === undefined ? undefined
    : after(shownMs, () => { setOutcome(undefined); }), [outcome]);
  const copy = (): void => {
    navigator.clipboard.writeText(props.text)
      .then(() => { setOutcome("copied"); }, () => { setOutcome("copyFailed"); });
  };
  const word = t(`common.${outcome ?? "copy"}`);
  return (
    <>
      <Button small={props.small === true} onClick={copy}
        icon={outcome === "copied" ? "check" : outcome === undefined ? "copy" : "cross"}
        {...(props.what === undefined ? {} : { label: `${word}: ${props.what}` })}>{word}</Button>
      <span class="hidden" role="status">{outcome === undefined ? "" : word}</span>
    </>
  );
}
