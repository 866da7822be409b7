/** The wall clock of a PBX; lives in `base` since other drivers read such clocks too. */

export {
  isLocalTime, isTimeZone, momentOf, shownAt, type LocalTime,
} from "../../firmware/base/local-time.js";
