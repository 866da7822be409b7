/** Dial by click: my device, remembered in this browser, and the number as one writes it. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { CallsService } from "../../../../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { type Device, LinksService } from
  "../../../../../../proto/gen/cti/gateway/v1/links_pb.js";
import { request } from "../api/client.js";
import { requestId } from "../clock.js";
import { offers } from "../state/controls.js";
import { links } from "../state/feed.js";
import { type MyDevice, myDevice, setMyDevice } from "../state/session.js";
import { t } from "../text/language.js";
import { Button, Card, Field, say, sayFault } from "./basics.js";
import { DialPreview } from "./dial-preview.js";
import { useAnswer, useCell } from "./hooks.js";

function deviceTitle(device: Device, withLink: boolean): string {
  const name = device.name === "" ? device.device : `${device.device} · ${device.name}`;
  return withLink ? `${name} (${device.link})` : name;
}

/** The stations of links that can dial. */
function useDiallingDevices(): readonly Device[] {
  const known = useCell(links) ?? [];
  const offering = known.filter((link) => offers(link.capabilities, "makeCall"));
  const dialling = offering.map((link) => link.id);
  // A link learns its devices only after it is up: their number tells when to ask again.
  const learned = offering.map((link) => `${link.id} ${link.devices}`).join(" ");
  const devices = useAnswer(LinksService.method.listDevices, {}, [learned]);
  return (devices.value?.devices ?? []).filter((device) => dialling.includes(device.link)
    && (device.category === "station" || device.category === ""));
}

export function DeviceSelect(props: {
  readonly ids: { readonly id: string };
}): JSX.Element {
  const devices = useDiallingDevices();
  const mine = useCell(myDevice);
  const several = new Set(devices.map((device) => device.link)).size > 1;
  const key = (device: MyDevice): string => `${device.link}\n${device.device}`;
  const chosen = mine === undefined ? "" : key(mine);
  const missing = mine !== undefined && !devices.some((device) => key(device) === chosen);
  return (
    <select {...props.ids} value={chosen}
      onChange={(event) => {
        const [link, device] = event.currentTarget.value.split("\n");
        setMyDevice(link === undefined || device === undefined ? undefined : { link, device });
      }}>
      <option value="">{devices.length === 0 ? t("dial.device.none")
        : t("dial.device.choose")}</option>
      {missing ? <option value={chosen}>{mine.device} ({mine.link})</option> : null}
      {devices.map((device) => (
        <option key={key(device)} value={key(device)}>{deviceTitle(device, several)}</option>
      ))}
    </select>
  );
}

export function Dialler(): JSX.Element {
  const mine = useCell(myDevice);
  const [number, setNumber] = useState("");
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState<"device" | "number" | undefined>(undefined);
  const dial = async (): Promise<void> => {
    const lacks = mine === undefined ? "device" : number.trim() === "" ? "number" : undefined;
    setMissing(lacks);
    if (busy || lacks !== undefined || mine === undefined) return;
    setBusy(true);
    const answer = await request(CallsService.method.makeCall, {
      link: mine.link, device: mine.device, number: number.trim(), requestId: requestId(),
    });
    setBusy(false);
    if (!answer.ok) { sayFault(answer.fault); return; }
    say("good", t("dial.started", { device: mine.device, number: number.trim() }));
    setNumber("");
  };
  return (
    <Card title={t("dial.title")}>
      <form class="dialler" onSubmit={(event) => { event.preventDefault(); void dial(); }}>
        <Field label={t("dial.device")}
          error={missing === "device" ? t("dial.deviceNeeded") : undefined}>{(ids) => (
          <DeviceSelect ids={ids} />
        )}</Field>
        <Field label={t("dial.number")}
          error={missing === "number" ? t("dial.numberNeeded") : undefined}>{(ids) => (
          <input {...ids} type="tel" autoComplete="off" value={number}
            onInput={(event) => { setNumber(event.currentTarget.value); }} />
        )}</Field>
        <Button kind="answer" icon="calls" submit busy={busy}>{t("dial.submit")}</Button>
      </form>
      <DialPreview link={mine?.link ?? ""} number={number} />
    </Card>
  );
}
