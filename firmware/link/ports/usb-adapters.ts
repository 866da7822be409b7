/**
 * What a USB serial adapter is, by its vendor and product numbers. Source: the device tables of
 * the Linux drivers ftdi_sio, cp210x, ch341, pl2303, mos7720, mos7840, mxuport, keyspan.
 */

interface Maker {
  readonly maker: string;
  /** By product number. */
  readonly products: Readonly<Record<string, string>>;
}

const makers: Readonly<Record<string, Maker>> = {
  "0403": { maker: "FTDI", products: { "6001": "FT232R", "6010": "FT2232", "6011": "FT4232",
    "6014": "FT232H", "6015": "FT-X" } },
  "10c4": { maker: "Silicon Labs", products: { ea60: "CP210x", ea70: "CP2105", ea71: "CP2108" } },
  "1a86": { maker: "WCH", products: { "7523": "CH340", "5523": "CH341", "55d4": "CH9102" } },
  "067b": { maker: "Prolific", products: { "2303": "PL2303", "23a3": "PL2303HXN",
    "23b3": "PL2303HXN", "23c3": "PL2303HXN", "23d3": "PL2303HXN", "23e3": "PL2303HXN",
    "23f3": "PL2303HXN" } },
  "9710": { maker: "MosChip", products: { "7720": "MCS7720", "7840": "MCS7840" } },
  "110a": { maker: "Moxa", products: {} },
  "06cd": { maker: "Keyspan", products: {} },
  "1608": { maker: "Edgeport", products: {} },
  "0451": { maker: "Texas Instruments", products: { "3410": "TUSB3410", "5052": "TUSB5052" } },
};

/** `FTDI FT232R`; undefined for one that no table knows. */
export function adapterName(vendorId: string, productId: string): string | undefined {
  const maker = makers[vendorId];
  if (maker === undefined) return undefined;
  return `${maker.maker} ${maker.products[productId] ?? "serial adapter"}`;
}
