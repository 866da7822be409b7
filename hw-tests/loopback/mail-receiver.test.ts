/** Mails to the SMTP server of Python's library, which dies after it has stored one. */

import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer as createTls } from "node:tls";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { ok } from "../../firmware/base/result.js";
import type { MailTarget } from "../../firmware/delivery/destination.js";
import { openOutlet, type Outlet } from "../../firmware/delivery/outlet.js";
import { linkId } from "../../firmware/model/identifiers.js";
import { loadOrCreateAuthority } from "../../firmware/northbound/access/authority.js";
import { need } from "../requirement.js";
import { FeedRig, numbersIn, upTo } from "./feed-rig.js";
import { removeFolder, temporaryFolder } from "./gateway-process.js";
import { freePort, run, ServerProcess } from "./server-process.js";
import { silentWorld, value } from "./server-rig.js";

/** Keeps each mail as its own decoder reads it; every second one costs it its life, unanswered. */
const program = `
import asyncore, email, email.policy, json, os, signal, smtpd, sys
folder = sys.argv[2]
class Server(smtpd.SMTPServer):
    def process_message(self, peer, sender, receivers, data, **options):
        mail = email.message_from_bytes(data, policy=email.policy.default)
        parts = list(mail.iter_attachments())
        count = len(os.listdir(folder))
        with open(os.path.join(folder, "%06d.json" % count), "w") as file:
            json.dump({"id": mail["Message-ID"].strip(), "from": sender, "to": receivers,
                "subject": mail["Subject"], "name": parts[0].get_filename(),
                "text": parts[0].get_payload(decode=True).decode("latin1")}, file)
            file.flush()
            os.fsync(file.fileno())
        if count % 2 == 1: os.kill(os.getpid(), signal.SIGKILL)
Server(("127.0.0.1", int(sys.argv[1])), None, decode_data=False)
asyncore.loop()
`;

interface Kept {
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly name: string;
  readonly text: string;
}

function outlet(to: Partial<MailTarget>): Outlet {
  return openOutlet({ id: "billing", links: [linkId("printer")], what: "raw", to: { kind: "mail",
    host: "127.0.0.1", port: 1, security: "starttls", from: "unit@example.org",
    to: ["billing@example.org"], subject: "s", everyMinutes: 1, ...to } },
  { world: silentWorld, secret: () => ok("hush"), unit: () => "unit", changed: () => undefined });
}

describe("mails to the server of Python's library", function () {
  this.timeout(120_000);
  let folder: string;
  let port: number;
  let server: ServerProcess;

  before(async function () {
    need(this, "python3", python());
    folder = await temporaryFolder("mails");
    port = await freePort();
    server = new ServerProcess(
      ["python3", "-W", "ignore", "-c", program, String(port), folder], port);
    await server.start();
  });
  after(async () => {
    await server.kill();
    await removeFolder(folder);
  });

  function python(): string | undefined {
    try {
      run("python3", "-W", "ignore", "-c", "import smtpd");
      return undefined;
    } catch {
      return "a python3 before 3.12, which has the module smtpd";
    }
  }

  async function kept(): Promise<readonly Kept[]> {
    const names = (await readdir(folder)).sort();
    return Promise.all(names.map(async (name) =>
      JSON.parse(await readFile(path.join(folder, name), "utf8")) as Kept));
  }

  it("are not sent where the server offers no encryption", async () => {
    const opened = await outlet({ port }).open();
    assert.ok(!opened.ok && /STARTTLS/i.test(opened.fault.message), JSON.stringify(opened));
  });

  it("hold every line once when repeats are dropped by Message-ID", async () => {
    const rig = await FeedRig.start([`{ id: billing, to: { kind: mail, host: 127.0.0.1, port: ${
      port}, security: none, from: unit@example.org, to: [a@example.org, b@example.org], subject: `
      + '"Tickets {link}", everyMinutes: 0.03 } }']);
    try {
      for (let round = 0; round < 3; round += 1) {
        await rig.print(40);
        if (round === 1) {
          await rig.kill();
          await rig.begin();
        }
        const life = setInterval(() => { void server.revive(); }, 100);
        try {
          await rig.allDelivered();
        } finally {
          clearInterval(life);
        }
      }
      const mails = await kept();
      const byId = new Map<string, Kept>();
      for (const mail of mails) {
        assert.deepEqual(byId.get(mail.id) ?? mail, mail, "a repeat is the same");
        byId.set(mail.id, mail);
      }
      assert.ok(byId.size < mails.length, "a mail was repeated");
      assert.deepEqual(numbersIn([...byId.values()].map(({ text }) => text).join("")),
        upTo(rig.printed));
      const [first] = mails;
      assert.deepEqual([first?.from, first?.to, first?.subject], ["unit@example.org",
        ["a@example.org", "b@example.org"], "Tickets printer"]);
      assert.match(first?.name ?? "", /^billing\.printer\.\d{12}-\d{6}\.\d{8}T\d{9}Z\.txt$/);
      assert.match(first?.id ?? "", /^<billing\.printer\..*@jackfield>$/);
    } finally {
      await rig.release();
    }
  });
});

describe("mails over TLS", () => {
  it("go only to a server that is trusted, with the password only there", async () => {
    const folder = await temporaryFolder("mail-tls");
    const own = value(await loadOrCreateAuthority({ folder, world: silentWorld,
      unitName: "mail", names: ["127.0.0.1"] }));
    const authority = path.join(folder, "trusted.pem");
    await writeFile(authority, own.authorityPem);
    const asked: string[] = [];
    const server = createTls({ key: own.keyPem, cert: own.certificatePem }, (socket) => {
      socket.on("error", () => undefined);
      socket.write("220 here\r\n");
      socket.on("data", (bytes) => {
        const command = bytes.toString().trim();
        asked.push(command);
        socket.write(command.startsWith("EHLO") ? "250-here\r\n250 AUTH PLAIN\r\n"
          : command.startsWith("AUTH") ? "235 welcome\r\n" : "221 bye\r\n");
      });
    });
    await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
    const { port } = server.address() as AddressInfo;
    const on = { port, security: "tls", user: "u", secret: "s" } as const;
    const stranger = await outlet(on).open();
    assert.ok(!stranger.ok && /certificate/i.test(stranger.fault.message),
      JSON.stringify(stranger));
    assert.deepEqual(asked, []);
    value(await outlet({ ...on, authority }).open());
    assert.deepEqual(asked.slice(0, 2), ["EHLO unit",
      `AUTH PLAIN ${Buffer.from("\0u\0hush").toString("base64")}`]);
    await new Promise((resolve) => { server.close(resolve); });
    await removeFolder(folder);
  });
});
