/** Which links make a hotel, and which extension is which room. */

import type { LinkId } from "../model/identifiers.js";

export interface RoomPlace {
  readonly room: string;
  /** The room's number if absent. */
  readonly extension?: string | undefined;
  /** All if absent. */
  readonly pbx?: LinkId | undefined;
}

export interface HotelPlan {
  readonly frontDesk: LinkId | undefined;
  readonly telephones: readonly LinkId[];
  readonly rooms: readonly RoomPlace[];
  /** Whose finished calls are posted. */
  readonly charged: readonly LinkId[];
  /** In hundredths of the currency: what a pulse costs. Absent: the front desk prices them. */
  readonly pulsePrice: number | undefined;
}

/** Rooms ⇄ extensions of each PBX. */
export class RoomMap {
  readonly #places = new Map<string, RoomPlace>();
  readonly #rooms = new Map<string, string>();

  constructor(places: readonly RoomPlace[]) {
    for (const place of places) {
      this.#places.set(place.room, place);
      const extension = place.extension ?? place.room;
      this.#rooms.set(place.pbx === undefined ? extension : `${place.pbx} ${extension}`,
        place.room);
    }
  }

  /** Undefined: the room has no telephone of this PBX. */
  extension(room: string, pbx: LinkId): string | undefined {
    const place = this.#places.get(room);
    return place?.pbx !== undefined && place.pbx !== pbx ? undefined : place?.extension ?? room;
  }

  /** An extension that nothing is said of is the room of the same number. */
  room(extension: string, pbx: LinkId): string {
    return this.#rooms.get(`${pbx} ${extension}`) ?? this.#rooms.get(extension) ?? extension;
  }

  /** The room in a call record, whatever link it comes from; undefined: no known room. */
  charged(
    extension: string, link: LinkId, known: (room: string) => boolean,
  ): string | undefined {
    const room = this.room(extension, link);
    return this.#places.has(room) || known(room) ? room : undefined;
  }
}
