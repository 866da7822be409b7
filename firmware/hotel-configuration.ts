/** The hotel that the configuration describes, as the bridge takes it. */

import type { Document } from "./config/schema.js";
import type { HotelPlan } from "./hotel/hotel-plan.js";
import { linkId } from "./model/identifiers.js";

/** Undefined: there is none. */
export function hotelPlan({ hotel, links }: Document): HotelPlan | undefined {
  return hotel && {
    frontDesk: hotel.frontDesk === undefined ? undefined : linkId(hotel.frontDesk),
    telephones: hotel.telephones.map(linkId),
    rooms: hotel.rooms.map(({ room, extension, pbx }) => ({ room, extension,
      pbx: pbx === undefined ? undefined : linkId(pbx) })),
    charged: (hotel.charges.links ?? links.map(({ id }) => id)).map(linkId),
    pulsePrice: hotel.charges.pulsePrice,
  };
}
