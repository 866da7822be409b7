import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { AccessService, type ClientCertificate } from
  "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { request } from "../api/client.js";
import { dateTime, msOf } from "../text/format.js";
import { t, textOr } from "../text/language.js";
import { Badge, Button, Confirm, Empty, FaultNote, say, sayFault, Skeleton, Table } from
  "./basics.js";
import { useAnswer } from "./hooks.js";

/** The client certificates that this gateway signed; new ones are made with ctictl. */
export function Certificates(): JSX.Element {
  const list = useAnswer(AccessService.method.listCertificates, {}, []);
  const [ending, setEnding] = useState<ClientCertificate | undefined>(undefined);
  const revoke = async (certificate: ClientCertificate): Promise<void> => {
    setEnding(undefined);
    const answer = await request(AccessService.method.revokeCertificate,
      { serial: certificate.serial });
    if (answer.ok) say("good", t("access.revoked", { name: certificate.name }));
    else sayFault(answer.fault);
    list.reload();
  };
  if (list.value === undefined) {
    return list.fault === undefined ? <Skeleton /> : <FaultNote fault={list.fault} />;
  }
  const { certificates } = list.value;
  if (certificates.length === 0) {
    return <Empty icon="access" title={t("access.certificate.none")} />;
  }
  return (
    <>
      <Table label={t("access.certificates")} head={[t("common.name"), t("common.role"),
        t("access.certificate.serial"), t("access.token.expires"), ""]}>
        {certificates.map((one) => (
          <tr key={one.serial}>
            <th scope="row">{one.name}</th>
            <td>{textOr(`access.role.${one.role}`, "")}</td>
            <td><code>{one.serial}</code></td>
            <td>{dateTime(msOf(one.expiresAt))}</td>
            <td>{one.revoked ? <Badge tone="bad">{t("access.certificate.revoked")}</Badge>
              : <Button small kind="danger" onClick={() => { setEnding(one); }}>
                {t("access.token.revoke")}</Button>}</td>
          </tr>
        ))}
      </Table>
      {ending === undefined ? null : (
        <Confirm title={t("access.token.revoke")} action={t("access.token.revoke")}
          text={t("access.certificate.revoke.ask", { name: ending.name })}
          onCancel={() => { setEnding(undefined); }}
          onConfirm={() => { void revoke(ending); }} />
      )}
    </>
  );
}
