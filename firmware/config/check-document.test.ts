import assert from "node:assert/strict";
import fc from "fast-check";
import * as z from "zod";
import { fail, ok } from "../base/result.js";
import { checkDocument, driversNamed, checkNumbersText, problemsMax } from "./check-document.js";
import { aliasCountMax, documentCharsMax, pathText } from "./document-source.js";
import { segments, type DriverSheet } from "./references.js";
import type { SchemaUpgrade } from "./schema-upgrades.js";

const amiOptions = z.strictObject({ user: z.string(), secret: z.string() });
export const drivers: readonly DriverSheet[] = [
  { name: "asterisk-ami", title: "Asterisk", transports: ["tcp", "tls"], keepsRawBytes: false,
    capabilities: { services: { sendPage: "native" } }, options: {
    parse(value) {
      const parsed = amiOptions.safeParse(value);
      return parsed.success ? ok(parsed.data) : fail("config-invalid", "bad options", {
        fields: parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
      });
    },
    jsonSchema: z.toJSONSchema(amiOptions) } },
  { name: "smdr", title: "Call records", transports: ["serial", "usb", "tcp", "udp"],
    keepsRawBytes: true, capabilities: { services: {} }, options: {
    parse: (value) => ok(value), jsonSchema: { type: "object" } } },
];
/** What a hotel is made of. */
const hotelDrivers: readonly DriverSheet[] = (["front-desk", "telephones"] as const).map((side) =>
  ({ name: side, title: side, transports: ["tcp"], keepsRawBytes: false,
    capabilities: { services: {} }, hotel: { side, takes: [] }, options: {
      parse: (value) => ok(value), jsonSchema: { type: "object" } } }));
const parts = { drivers, secret: (reference: string) => (reference === "env:AMI" ? ok("x")
  : fail("not-found", `no ${reference}`)) };

const good = `version: 1
unit: { name: lyon-1 }
links:
  - id: pbx-1
    driver: asterisk-ami
    transport: { kind: tcp, host: 192.0.2.7, port: 5038 }
    options: { user: jackfield, secret: "env:AMI" }
    numbers: { country: FR, externalPrefix: "0" }
  - id: printer
    driver: smdr
    transport: { kind: serial, path: /dev/ttyS0 }
    numbers: { country: FR }
`;

function errors(text: string): readonly string[] {
  return checkDocument(text, parts).errors.map(({ path, message, line }) =>
    `${line} ${path}: ${message}`);
}

function warnings(text: string): readonly string[] {
  return checkDocument(text, parts).warnings.map(({ path, message, line }) =>
    `${line} ${path}: ${message}`);
}

describe("configuration check: a good document", () => {
  it("is accepted, with its defaults", () => {
    const checked = checkDocument(good, parts);
    assert.deepEqual([checked.errors, checked.warnings], [[], []]);
    assert.equal(checked.document?.unit.language, "fr");
    assert.deepEqual(checked.document?.links[1]?.transport, { kind: "serial", path: "/dev/ttyS0",
      baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1, flowControl: "none",
      hold: "dtr-rts" });
  });

  it("may be JSON", () => {
    assert.deepEqual(errors('{"version": 1, "links": []}'), []);
  });
});

describe("configuration check: any text", () => {
  const mutated = fc.array(fc.tuple(fc.nat(good.length), fc.nat(8),
    fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom("\n", "  ", "&a", "*a", "[", "{", ": ",
      "- ", "!!", "|", "null", "1e999", "__proto__: ", "<<: ", "'", "\""))), { maxLength: 6 })
    .map((edits) => edits.reduce((text, [at, length, insert]) =>
      text.slice(0, at) + insert + text.slice(at + length), good));

  it("gives a document or errors, never both, never an exception", () => {
    fc.assert(fc.property(fc.oneof(mutated, fc.string({ maxLength: 200 })), (text) => {
      const checked = checkDocument(text, parts);
      assert.equal(checked.document === undefined, checked.errors.length > 0);
      const lines = text.split(/\r\n|\r|\n/).length;
      for (const { line, message } of [...checked.errors, ...checked.warnings]) {
        assert(line >= 0 && line <= lines, `line ${line} of ${lines}`);
        assert.notEqual(message, "");
      }
    }), { numRuns: 500 });
  });
});

describe("configuration check: shape", () => {
  it("reports every error with path, line, what was found and what was expected", () => {
    assert.deepEqual(errors(`version: 1
unit:
  langage: fr
  name: "bad name!"
retention:
  eventsDays: soon
  eventsMax: 5
links:
  - id: PBX
    driver: smdr
    transport:
      kind: tcpp
  - id: pbx-2
    transport: { kind: tcp, host: h, prot: 5 }
    driver: smdr
grpc:
web: 7
`), [
      '3 unit.langage: unknown key "langage"; did you mean "language"?',
      '4 unit.name: found the text "bad name!"; expected a text of the form '
        + "/^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/",
      '6 retention.eventsDays: found the text "soon"; expected a number',
      "7 retention.eventsMax: found the number 5; expected at least 1000",
      '9 links[0].id: found the text "PBX"; expected 1 to 32 of a-z, 0-9 and -',
      '12 links[0].transport.kind: found the text "tcpp"; expected "tcp", "tcp-listen", "tls", '
        + '"serial", "usb", "udp", '
        + '"file" or "folder"',
      "14 links[1].transport.port: is missing; expected a number",
      '14 links[1].transport.prot: unknown key "prot"; did you mean "port"?',
      "16 grpc: found nothing; expected a section",
      "17 web: found the number 7; expected a section",
    ]);
  });

  it("refuses what is not a document", () => {
    assert.match(errors("").join(), /0 : the document is empty/);
    assert.match(errors("just text").join(), /empty; expected/);
    assert.match(errors("version: 1\nversion: 1").join(), /2 : the key "version" .* second time/);
    assert.match(errors("version: 1\n\tunit: {}").join(), /2 : /);
    assert.match(errors("version: 1\n---\nversion: 1").join(), /second document/);
    assert.match(errors("links: [").join(), /not valid YAML/);
    assert.match(errors("version: 7").join(), /newer than this firmware/);
    assert.match(errors("unit: {}").join(), /version: is missing; expected 1/);
  });

  it("bounds the text, its aliases and its nesting", () => {
    assert.match(errors(`#${" ".repeat(documentCharsMax)}`).join(), /is the most/);
    const aliases = (count: number): string =>
      `version: 1\nx: &a [1]\ny: [${Array(count).fill("*a").join(",")}]`;
    assert.match(errors(aliases(aliasCountMax - 1)).join(), /unknown key "x"/);
    assert.match(errors(aliases(aliasCountMax + 1)).join(), /cannot be read: .*alias/);
    assert.notDeepEqual(errors("[".repeat(100_000)), []);
  });

  it("takes 1.5 stop bits with 5 data bits only, of a link and of a destination", () => {
    const half = (bits: number): string => `version: 1
links:
  - id: a
    driver: smdr
    transport: { kind: serial, path: /dev/ttyS0, dataBits: ${bits}, stopBits: 1.5 }
    numbers: { country: FR }
destinations:
  - { id: d, to: { kind: serial, path: /dev/ttyS1, dataBits: ${bits}, stopBits: 1.5 } }
`;
    assert.deepEqual(errors(half(5)), []);
    const told = "found the number 1.5; expected 1 or 2, or 5 data bits";
    assert.deepEqual(errors(half(8)), [`5 links[0].transport.stopBits: ${told}`,
      `8 destinations[0].to.stopBits: ${told}`]);
  });

  it("stops at a number of problems that a person can use", () => {
    const many = Array.from({ length: problemsMax + 50 }, (_, index) => `key${index}: 1`);
    assert.equal(errors(`version: 1\n${many.join("\n")}`).length, problemsMax);
  });
});

describe("configuration check: references", () => {
  const link = (id: string, rest: string): string =>
    `  - id: ${id}\n    driver: smdr\n    numbers: { country: FR }\n    ${rest}\n`;

  it("finds a file or a folder that two links would read", () => {
    const folder = "transport: { kind: folder, folder: /srv/cdr";
    assert.deepEqual(errors(`version: 1
links:
${link("a", `${folder} }`)}${link("b", `${folder}/ }`)}`).filter((text) =>
      text.includes("reads already")), ["10 links[1].transport.folder: found \"/srv/cdr\", which "
        + "links[0] reads already; expected one link to read it"]);
  });

  it("finds ids, serial ports and listening ports used twice", () => {
    assert.deepEqual(errors(`version: 1
grpc: { port: 8443 }
links:
${link("a", "transport: { kind: serial, path: /dev/ttyS0 }")}`
      + link("a", "transport: { kind: serial, path: /dev/ttyS0 }")
      + link("b", "transport: { kind: tcp-listen, port: 8443, address: 192.0.2.1 }")
      + link("c", "transport: { kind: udp, port: 8443 }")
      + link("d", "transport: { kind: udp, port: 8443, senders: [192.0.2.0/24] }")), [
      "8 links[1].id: found \"a\", which is already the id of links[0]; expected an id of its own",
      "11 links[1].transport.path: found \"/dev/ttyS0\", which links[0] uses already; a serial "
        + "port can serve one link only",
      "15 links[2].transport.port: found port 8443, on which grpc listens already; expected a port "
        + "of its own",
      "23 links[4].transport.port: found port 8443, on which links[3] listens already; expected a "
        + "port of its own",
      "1 web.port: found port 8443, on which grpc listens already; expected a port of its own",
    ].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)));
  });

  it("finds a USB interface used twice, and an address that is none", () => {
    const usb = (address: string): string => `transport: { kind: usb, address: "${address}" }`;
    assert.deepEqual(errors(`version: 1
links:
${link("a", usb("usb:1d6b:0104:B12"))}`
      + link("b", usb("usb:1d6b:0104:B12:1"))
      + link("c", usb("usb:1d6b:0104:B12"))), [
      "14 links[2].transport.address: found \"usb:1d6b:0104:B12\", which links[0] uses already; a "
        + "USB interface can serve one link only"]);
    assert.match(errors(`version: 1\nlinks:\n${link("a", usb("/dev/hidraw0"))}`)[0] ?? "",
      /transport\.address: .*usb:VENDOR:PRODUCT:SERIAL/);
  });

  it("does not count a disabled link, port 0 or another address", () => {
    assert.deepEqual(errors(`version: 1
grpc: { port: 0 }
web: { port: 0 }
links:
${link("a", "transport: { kind: serial, path: /dev/ttyS0 }")}`
      + link("b", "transport: { kind: serial, path: /dev/ttyS0 }\n    enabled: false")
      + link("c", "transport: { kind: tcp-listen, port: 9000, address: 192.0.2.1 }")
      + link("d", "transport: { kind: tcp-listen, port: 9000, address: 192.0.2.2 }")), []);
  });

  it("finds a port that two spellings of an address, or one of all interfaces, take twice", () => {
    const twice = (one: string, other: string): number => errors(`version: 1
grpc: { port: 0 }
web: { port: 0 }
links:
${link("a", `transport: { kind: tcp-listen, port: 9000, address: "${one}" }`)}`
      + link("b", `transport: { kind: tcp-listen, port: 9000, address: "${other}" }`)).length;
    for (const [one, other, clashes] of [["0.0.0.0", "127.0.0.1", 1], ["127.0.0.1", "0.0.0.0", 1],
      ["::", "192.0.2.1", 1], ["0:0::0", "127.0.0.1", 1], ["localhost", "127.0.0.1", 1],
      ["::ffff:192.0.2.1", "192.0.2.1", 1], ["2001:DB8::1", "2001:db8:0::1", 1],
      ["192.0.2.1", "192.0.2.2", 0], ["::1", "127.0.0.1", 0]] as const) {
      assert.equal(twice(one, other), clashes, `${one} ${other}`);
    }
  });

  it("checks paging: links that exist, and that lead to a paging system", () => {
    const found = (paging: string): readonly string[] => errors(`${good}
paging:
${paging}`).map((text) => text.replace(/^\d+ /, ""));
    assert.deepEqual(found(`  routes: [{ from: printer, match: "5*", to: { link: pbx-1 } }]
  alarms: { to: [{ link: pbx-1, pager: "12" }] }`), []);
    assert.deepEqual(found(`  routes:
    - { from: pbx-2, to: { link: printer } }
  alarms: { to: [{ link: "x", pager: "12" }] }`), [
      'paging.routes[0].from: unknown link "pbx-2"; did you mean "pbx-1"?',
      'paging.routes[0].to.link: found "printer", whose driver smdr sends no pages; expected a '
        + "link to a paging system",
      'paging.alarms.to[0].link: unknown link "x"; links are: pbx-1, printer']);
  });

  it("checks a hotel: its links are there and what they are taken for, each room once", () => {
    const found = (hotel: string): readonly string[] => checkDocument(`version: 1
links:
  - { id: pms, driver: front-desk, transport: { kind: tcp, host: h, port: 1 } }
  - { id: pbx, driver: telephones, transport: { kind: tcp, host: h, port: 2 } }
  - { id: printer, driver: smdr, transport: { kind: tcp, host: h, port: 3 } }
hotel: ${hotel}
`, { ...parts, drivers: [...drivers, ...hotelDrivers] }).errors
      .map(({ path, message }) => `${path.replace("hotel", "")}: ${message}`);
    assert.deepEqual(found(`{ frontDesk: pms, telephones: [pbx], charges: { links: [printer] },
  rooms: [{ room: Suite, extension: "9", pbx: pbx }] }`), []);
    assert.deepEqual(found("{ frontDesk: pbx, telephones: [pbxx, pbx, pbx] }"), [
      ".frontDesk: found \"pbx\", whose driver telephones does not speak so; expected a link with "
        + "the driver front-desk",
      ".telephones[0]: unknown link \"pbxx\"; did you mean \"pbx\"?",
      ".telephones[2]: found \"pbx\" twice; expected each link once"]);
    assert.deepEqual(found(`{ telephones: [pbx], charges: { links: [nobody] },
  rooms: [{ room: "1" }, { room: "1", pbx: pms }] }`), [
      ".charges.links[0]: unknown link \"nobody\"; links are: pms, pbx, printer",
      ".rooms[1].room: found \"1\", which rooms[0] describes already",
      ".rooms[1].pbx: found \"pms\", which is none of the hotel's telephones"]);
  });

  it("checks destinations: names, links and ports", () => {
    const destinations = (list: string): string => `version: 1
links:
${link("a", "transport: { kind: serial, path: /dev/ttyS0 }")}
  - { id: b, driver: asterisk-ami, transport: { kind: tcp, host: h, port: 1 },
      options: { user: u, secret: "env:AMI" }, numbers: { country: FR } }
destinations:
${list}`;
    const to = "to: { kind: tcp-client, host: h, port: 1 }";
    const found = (list: string): readonly string[] => errors(destinations(list))
      .map((text) => text.replace(/^\d+ destinations/, ""));
    assert.deepEqual(found(`  - { id: x, links: [a], ${to} }\n`
      + `  - { id: y, what: records-csv, links: [a, b], ${to} }\n`), []);
    assert.deepEqual(found(`  - { id: x, ${to} }\n  - { id: x, ${to} }\n`), [
      "[1].id: found \"x\", which is already the id of destinations[0]; expected an id of its "
        + "own"]);
    assert.deepEqual(found(`  - { id: x, links: [aa], ${to} }\n`), [
      "[0].links[0]: unknown link \"aa\"; did you mean \"a\"?"]);
    assert.deepEqual(found(`  - { id: x, links: [a, a, b], ${to} }\n`), [
      "[0].links[1]: found \"a\" twice; expected each link once",
      "[0].links[2]: found \"b\", whose driver asterisk-ami keeps no raw bytes; expected what: "
        + "records-csv or records-json, or another link"]);
    assert.deepEqual(found("  - { id: x, to: { kind: tcp-server, port: 8443 } }\n"), [
      "[0].to.port: found port 8443, on which web listens already; expected a port of its own"]);
    const sftp = "kind: sftp, host: h, user: u";
    assert.deepEqual(found(`  - { id: x, to: { ${sftp} } }\n`), ["[0].to.secret: is missing; "
      + "expected secret (a password) or keySecret (a private key)"]);
    assert.deepEqual(found(`  - { id: x, to: { ${sftp}, secret: "env:A", keySecret: "env:B" } }\n`),
      ["[0].to.keySecret: found besides a password; expected secret or keySecret, not both"]);
    assert.deepEqual(found(`  - { id: x, to: { ${sftp}, secret: "env:A", name: "{link}{day}" } }\n`)
      .map((text) => text.split("; ")[1]), ["expected a name with {link}, {place} and {time}"]);
    const serial = (path: string): string => `to: { kind: serial, path: ${path} } }\n`;
    assert.deepEqual(found(`  - { id: x, ${serial("/dev/ttyS0")}`
      + `  - { id: y, ${serial("/dev/ttyS1")}  - { id: z, ${serial("/dev/ttyS1")}`), [
      "[0].to.path: found \"/dev/ttyS0\", which links[0] uses already; a serial port can serve one "
        + "link or destination only",
      "[2].to.path: found \"/dev/ttyS1\", which destinations[1] uses already; a serial port can "
        + "serve one link or destination only"]);
    const mail = "kind: mail, host: h, from: a@b, to: [c@d]";
    const user = 'user: u, secret: "env:A"';
    assert.deepEqual(found(`  - { id: x, to: { ${mail}, ${user}, security: none } }\n`
      + `  - { id: y, to: { ${mail}, user: u } }\n  - { id: z, to: { ${mail}, ${user} } }\n`
      + `  - { id: m, to: { kind: mqtt, host: h, port: 1883, ${user} } }\n`), [
      "[0].to.security: found \"none\" with a password; expected \"starttls\" or \"tls\"",
      "[1].to.secret: is missing; expected user and secret together, or neither",
      "[3].to.tls: is missing; expected TLS where a password is sent"]);
    const inline = found("  - { id: x, to: { kind: http, url: \"https://u:hush@h/\", "
      + "secret: hush } }\n");
    assert.deepEqual(inline.map((text) => text.split("; ")[0]), [
      "[0].to.secret: found a text that is no reference",
      "[0].to.url: found a password in the address"]);
    assert.doesNotMatch(inline.join(), /hush/);
    assert.match(found("  - { id: x, to: { kind: ftp } }\n").join(), /to\.kind: .*tcp-client/);
    assert.match(found("  - { id: x, to: { kind: http, url: \"ftp://h\" } }\n").join(),
      /to\.url: found the text "ftp:\/\/h"; expected an address/);
  });

  it("names the drivers to be loaded, however they are written, also where much is wrong", () => {
    assert.deepEqual(driversNamed(`version: [
links:
  - { id: a, driver: asterisk-ami }
  - id: b
    "driver" : 'smdr'
  - driver: "csta-xml"
`), ["asterisk-ami", "smdr", "csta-xml"]);
  });

  it("knows drivers, their transports and their options, in spite of other errors", () => {
    assert.deepEqual(errors(`version: 1
bogus: 1
links:
  - { id: a, driver: asterisk-amy, transport: { kind: tcp, host: h, port: 1 } }
  - { id: b, driver: asterisk-ami, transport: { kind: serial, path: /dev/x } }
  - { id: c, driver: asterisk-ami, transport: { kind: tcp, host: i, port: 1 },
      options: { user: 5, secret: hunter2 } }
`).filter((text) => !text.includes("bogus")), [
      '4 links[0].driver: unknown driver "asterisk-amy"; did you mean "asterisk-ami"? This gateway '
        + "has: asterisk-ami, smdr",
      '5 links[1].transport.kind: found "serial", over which the driver asterisk-ami does not '
        + "work; expected tcp or tls",
      "5 links[1].options.user: Invalid input: expected string, received undefined",
      "5 links[1].options.secret: Invalid input: expected string, received undefined",
      "7 links[2].options.user: Invalid input: expected string, received number",
      "7 links[2].options.secret: found a text that is no reference; expected env:NAME, file:/path "
        + "or store:name, so that no secret stands in the document",
    ]);
  });

  it("checks number rules, time zones and certificates", () => {
    assert.deepEqual(errors(`version: 1
unit: { timeZone: Europe/Pari }
tls: { certificate: /etc/x.pem }
links:
  - id: a
    driver: smdr
    timeZone: Mars/Olympus
    transport: { kind: tcp, host: h, port: 1 }
    numbers:
      country: FR
      rules:
        - { name: r, use: dial, match: "(\\\\d+)+", kind: service }
`).map((text) => text.replace(/too many ways .*/, "too many ways")), [
      '2 unit.timeZone: unknown time zone "Europe/Pari"; did you mean "Europe/Paris"?',
      "3 tls.key: is missing; expected certificate and key together, or neither",
      '7 links[0].timeZone: unknown time zone "Mars/Olympus"; expected an IANA name such as '
        + "Europe/Paris",
      "12 links[0].numbers.rules[0].match: the pattern can match one number in too many ways",
    ]);
  });

  it("warns without refusing", () => {
    const text = `version: 1
links:
  - { id: a, driver: asterisk-ami, transport: { kind: tcp, host: h, port: 1 },
      options: { user: u, secret: "env:GONE" } }
  - { id: b, driver: smdr, transport: { kind: tcp, host: h, port: 1 }, numbers: { country: FR } }
`;
    assert.deepEqual(errors(text), []);
    assert.deepEqual(warnings(text), [
      "3 links[0].numbers.country: is not set: numbers have no E.164 form, and numbers with + "
        + "cannot be dialled",
      "4 links[0].options.secret: the secret is not there yet: no env:GONE",
      "5 links[1].transport: leads to the same PBX port as links[0]; every call would be seen "
        + "twice",
    ]);
    assert.deepEqual(warnings("version: 1"), ["1 links: is empty: the gateway sees no calls"]);
  });
});

describe("configuration check: older versions", () => {
  const upgrades: readonly SchemaUpgrade[] = [
    { from: -1, title: "pbx became links", apply: ({ pbx, ...rest }) => ({ ...rest, links: pbx }) },
    { from: 0, title: "name moved into unit",
      apply: ({ name, ...rest }) => ({ ...rest, unit: { name } }) },
  ];

  it("are upgraded step by step, with a warning", () => {
    const checked = checkDocument("version: -1\nname: old\npbx: []\n", { ...parts, upgrades });
    assert.deepEqual(checked.errors, []);
    assert.equal(checked.document?.version, 1);
    assert.equal(checked.document?.unit.name, "old");
    assert.equal(checked.warnings.filter(({ path }) => path === "version").length, 2);
  });

  it("are refused without a step that reads them", () => {
    assert.match(errors("version: 0").join(), /found the number 0; expected 1/);
  });
});

describe("a numbers section alone", () => {
  it("is read with or without its key, and refused with lines", () => {
    const plain = checkNumbersText("country: FR\nexternalPrefix: \"0\"\n");
    assert(plain.ok);
    assert.equal(plain.value.externalPrefix, "0");
    assert(checkNumbersText("numbers: { country: FR }").ok);
    const bad = checkNumbersText("country: FR\ninternalDigitsMax: 20\n");
    assert(!bad.ok);
    assert.deepEqual(bad.fault.fields, [{ path: "internalDigitsMax",
      message: "line 2: found the number 20; expected at most 9" }]);
    assert(!checkNumbersText("rules: [").ok);
    assert(!checkNumbersText("country: XX").ok);
  });
});

describe("paths", () => {
  it("are written and read", () => {
    const path = ["links", 0, "options", "a b", "c"];
    assert.equal(pathText(path), 'links[0].options["a b"].c');
    assert.deepEqual(segments(pathText(path)), path);
  });
});
