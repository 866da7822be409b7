/** Every service of the management API, bound to the gateway. */

import type { DescService } from "@bufbuild/protobuf";
import { AccessService } from "../../../proto/gen/cti/gateway/v1/access_pb.js";
import { CallsService } from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { ConfigurationService } from "../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { CstaService } from "../../../proto/gen/cti/gateway/v1/csta_pb.js";
import { DeliveryService } from "../../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { HotelService } from "../../../proto/gen/cti/gateway/v1/hotel_pb.js";
import { LinksService } from "../../../proto/gen/cti/gateway/v1/links_pb.js";
import { PagingService } from "../../../proto/gen/cti/gateway/v1/paging_pb.js";
import { PrivateDataService } from "../../../proto/gen/cti/gateway/v1/private_data_pb.js";
import { PortsService } from "../../../proto/gen/cti/gateway/v1/ports_pb.js";
import { NumbersService } from "../../../proto/gen/cti/gateway/v1/numbers_pb.js";
import { RecordsService } from "../../../proto/gen/cti/gateway/v1/records_pb.js";
import { ReportsService } from "../../../proto/gen/cti/gateway/v1/reports_pb.js";
import { RouteingService } from "../../../proto/gen/cti/gateway/v1/routeing_pb.js";
import { SystemService } from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import { TerminalsService } from "../../../proto/gen/cti/gateway/v1/terminals_pb.js";
import { accessHandlers } from "./access-service.js";
import { callsHandlers } from "./calls-service.js";
import { configurationHandlers } from "./configuration-service.js";
import { cstaHandlers } from "./csta-service.js";
import { deliveryHandlers } from "./delivery-service.js";
import type { GatewayView } from "./gateway-view.js";
import type { BoundService, ServiceHandlers } from "./handler.js";
import { hotelHandlers } from "./hotel-service.js";
import { linksHandlers } from "./links-service.js";
import type { ServerMetrics } from "./metrics.js";
import { numbersHandlers } from "./numbers-service.js";
import { pagingHandlers } from "./paging-service.js";
import { privateDataHandlers } from "./private-data-service.js";
import { recordsHandlers } from "./records-service.js";
import { reportsHandlers } from "./reports-service.js";
import { routeingHandlers } from "./routeing-service.js";
import { portsHandlers } from "./ports-service.js";
import { RequestIds } from "./request-ids.js";
import { systemHandlers } from "./system-service.js";
import { terminalsHandlers } from "./terminals-service.js";

function bind<S extends DescService>(service: S, handlers: ServiceHandlers<S>): BoundService {
  return { service, handlers };
}

/**
 * One set for all servers, so that a request_id counts whichever way it comes in. `watchers` says
 * how many streams are open, for the health report.
 */
export function createServices(
  gateway: GatewayView, metrics: ServerMetrics, watchers: () => number,
): readonly BoundService[] {
  const requestIds = new RequestIds(gateway.world.clock);
  return [
    bind(LinksService, linksHandlers(gateway, requestIds)),
    bind(PortsService, portsHandlers(gateway)),
    bind(TerminalsService, terminalsHandlers(gateway)),
    bind(CallsService, callsHandlers(gateway, requestIds, metrics)),
    bind(RecordsService, recordsHandlers(gateway)),
    bind(DeliveryService, deliveryHandlers(gateway)),
    bind(CstaService, cstaHandlers(gateway)),
    bind(RouteingService, routeingHandlers(gateway)),
    bind(PrivateDataService, privateDataHandlers(gateway)),
    bind(PagingService, pagingHandlers(gateway, requestIds)),
    bind(HotelService, hotelHandlers(gateway)),
    bind(ReportsService, reportsHandlers(gateway)),
    bind(NumbersService, numbersHandlers(gateway)),
    bind(ConfigurationService, configurationHandlers(gateway, requestIds)),
    bind(SystemService, systemHandlers(gateway, watchers)),
    bind(AccessService, accessHandlers(gateway)),
  ];
}
