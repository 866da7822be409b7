import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { NumbersService, NumberUse } from
  "../../../../../../proto/gen/cti/gateway/v1/numbers_pb.js";
import { request } from "../api/client.js";
import { after } from "../clock.js";
import { t } from "../text/language.js";
import { faultMessage } from "./basics.js";

/** Typing settles before the gateway is asked. */
const settleMs = 250;

/** How the link's rules will dial what is being typed. */
export function DialPreview(props: {
  readonly link: string; readonly number: string;
}): JSX.Element {
  const { link } = props;
  const number = props.number.trim();
  const [text, setText] = useState("");
  useEffect(() => {
    let current = true;
    if (number === "" || link === "") { setText(""); return; }
    const cancel = after(settleMs, () => {
      void request(NumbersService.method.explainNumber,
        { link, number, use: NumberUse.DIAL }).then((answer) => {
        if (!current) return;
        setText(!answer.ok ? faultMessage(answer.fault)
          : answer.value.dialled === "" ? ""
            : t("dial.preview", { dialled: answer.value.dialled }));
      });
    });
    return () => { current = false; cancel(); };
  }, [link, number]);
  return <p class="hint preview" aria-live="polite">{text}</p>;
}
