/**
 * CSTA phase I (ECMA-180) and phase II (ECMA-218). The same octets, but that phase II has more
 * services and fields; reading is the same for both.
 */

import type { CstaPhase } from "./phase.js";
import { phaseOf, type ServiceRows } from "./phase-tables.js";
import { universalFailure } from "./phase1-2-errors.js";
import { eventNames, eventReport } from "./phase1-2-events.js";
import { phase1Services, phase2Services } from "./phase1-2-services.js";
import { withoutForeign } from "./phase1-2-types.js";

function phase(services: ServiceRows): CstaPhase {
  const tables = phaseOf({ services, events: eventNames, eventReport, error: universalFailure });
  return {
    ...tables,
    encodeArgument: (service, argument) => tables.encodeArgument(service,
      service === "Escape" ? argument : withoutForeign(argument)),
    encodeResult: (service, result) => tables.encodeResult(service, withoutForeign(result)),
  };
}

export const phase1: CstaPhase = phase(phase1Services);
export const phase2: CstaPhase = phase(phase2Services);
