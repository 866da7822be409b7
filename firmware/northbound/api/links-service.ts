/** LinksService: states, capabilities and devices of the configured links. */

import { fail, ok, type Result } from "../../base/result.js";
import { linkId } from "../../model/identifiers.js";
import { LinksService } from "../../../proto/gen/cti/gateway/v1/links_pb.js";
import { ChangedKeys } from "./changed-keys.js";
import { Fields } from "./fields.js";
import type { GatewayView, Language, LinkView } from "./gateway-view.js";
import type { CallContext, ServiceHandlers } from "./handler.js";
import { capabilitiesMessage, deviceMessage, driverMessage, linkMessage }
  from "./link-message.js";
import type { RequestIds } from "./request-ids.js";


export const devicesPerPage = 1_000;
export const devicesPerPageMax = 10_000;

/** The link of that name, or a fault that says what is wrong with the name. */
export function linkNamed(gateway: GatewayView, id: string, path: string): Result<LinkView> {
  const fields = new Fields();
  fields.required(path, id);
  const checked = fields.result();
  if (!checked.ok) return checked;
  const link = gateway.link(id);
  return link === undefined ? fail("link-unknown", `There is no link ${id}.`) : ok(link);
}

export function linksHandlers(
  gateway: GatewayView, requestIds: RequestIds,
): ServiceHandlers<typeof LinksService> {
  const order = (
    method: { readonly input: Parameters<RequestIds["once"]>[2] },
    request: { readonly id: string; readonly requestId: string } & Parameters<
      RequestIds["once"]>[3],
    context: CallContext, act: (link: LinkView) => void,
  ): Promise<Result<object>> => {
    const link = linkNamed(gateway, request.id, "id");
    if (!link.ok) return Promise.resolve(link);
    return requestIds.once(context.identity?.name ?? "", request.requestId, method.input, request,
      () => {
        act(link.value);
        return Promise.resolve(ok({}));
      });
  };
  const { method } = LinksService;
  return {
    listLinks: (_request, { language }) => Promise.resolve(ok({
      links: gateway.links().map((link) => linkMessage(link.status, gateway.switch, language)) })),
    getLink: (request, { language }) => {
      const link = linkNamed(gateway, request.id, "id");
      return Promise.resolve(link.ok
        ? ok({ link: linkMessage(link.value.status, gateway.switch, language) }) : link);
    },
    watchLinks: (_request, context) => watchLinks(gateway, context),
    restartLink: (request, context) =>
      order(method.restartLink, request, context, (link) => { link.restart(); }),
    enableLink: (request, context) =>
      order(method.enableLink, request, context, (link) => { link.enable(); }),
    disableLink: (request, context) =>
      order(method.disableLink, request, context, (link) => { link.disable(); }),
    probeLink: async (request, context) => {
      const link = linkNamed(gateway, request.id, "id");
      if (!link.ok) return link;
      const proofs = await link.value.probe(context.deadlineMs);
      return proofs.ok ? ok({
        capabilities: capabilitiesMessage(link.value.status.declared, proofs.value,
          context.language) }) : proofs;
    },
    resyncLink: async (request, context) => {
      const link = linkNamed(gateway, request.id, "id");
      if (!link.ok) return link;
      const healed = await gateway.linkControl.resync(request.id, context.deadlineMs);
      return healed.ok ? ok({ healed: healed.value }) : healed;
    },
    listDevices: (request, { language }) =>
      Promise.resolve(listDevices(gateway, request, language)),
    listDrivers: async (_request, { language }) => ok({
      drivers: [...await gateway.drivers()].sort((a, b) => a.name < b.name ? -1 : 1)
        .map((driver) => driverMessage(driver, language)) }),
  };
}

async function *watchLinks(gateway: GatewayView, context: CallContext) {
  const changed = new ChangedKeys();
  for (const link of gateway.links()) changed.add(link.status.id);
  const unwatch = gateway.linkControl.watch((id) => { changed.add(id); });
  const stop = (): void => { changed.close(); };
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const id of changed) {
      if (context.signal.aborted) return;
      const link = gateway.link(id);
      yield ok([link === undefined ? { link: { id }, removed: true }
        : { link: linkMessage(link.status, gateway.switch, context.language) }]);
    }
  } finally {
    unwatch();
    context.signal.removeEventListener("abort", stop);
  }
}

/** Page tokens are the name of the last device shown: link, a slash, device. */
function listDevices(gateway: GatewayView, request: {
  readonly link: string; readonly onlyNotMonitored: boolean; readonly pageSize: number;
  readonly pageToken: string;
}, language: Language) {
  const fields = new Fields();
  fields.optional("link", request.link);
  const pageSize = fields.count("page_size", request.pageSize, devicesPerPage, devicesPerPageMax);
  const checked = fields.result();
  if (!checked.ok) return checked;
  if (request.link !== "" && gateway.link(request.link) === undefined) {
    return fail("link-unknown", `There is no link ${request.link}.`);
  }
  const named = gateway.switch.devices(request.link === "" ? undefined : linkId(request.link))
    .filter((device) => !request.onlyNotMonitored || device.notMonitored !== undefined)
    .map((device) => ({ device, name: `${device.link}/${device.device}` }))
    .filter(({ name }) => name > request.pageToken)
    .sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const page = named.slice(0, pageSize);
  return ok({ devices: page.map(({ device }) => deviceMessage(device, language)),
    nextPageToken: named.length > page.length ? page.at(-1)?.name ?? "" : "" });
}
