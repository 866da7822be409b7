/** The configuration of the Asterisk under test: an office with three phones, a trunk, a queue. */

import type { AsteriskVersion } from "./asterisk.js";
import { freepbxDialplan } from "./freepbx-dialplan.js";

export interface AsteriskPorts {
  readonly ami: number;
  readonly amiTls: number;
  readonly sip: number;
  readonly rtp: number;
}

/** Phones listen on 127.0.0.1 at these offsets from the PBX SIP port; each takes two ports. */
export const phoneOffsets = { 1001: 10, 1002: 20, 1003: 30, trunk: 40 } as const;
/** The trunk has an address of its own, by which the PBX knows it. */
export function phoneAddress(name: PhoneName): string {
  return name === "trunk" ? "127.0.0.2" : "127.0.0.1";
}
export type PhoneName = keyof typeof phoneOffsets;

function endpoint(name: PhoneName, context: string, sip: number): string {
  const port = sip + phoneOffsets[name];
  return `
[${name}]
type=endpoint
transport=udp
context=${context}
disallow=all
allow=alaw,ulaw
direct_media=no
aors=${name}
identify_by=${name === "trunk" ? "ip" : "username"}
${name === "trunk" ? "" : `callerid=Phone ${name} <${name}>\n`}
[${name}]
type=aor
contact=sip:${name}@${phoneAddress(name)}:${port}
`;
}

export function asteriskFiles(
  version: AsteriskVersion, ports: AsteriskPorts, secret: string,
): Readonly<Record<string, string>> {
  return {
    "asterisk.conf": `[directories]
astetcdir => /etc/asterisk
[options]
verbose = 0
`,
    "modules.conf": `[modules]
autoload=yes
${["chan_sip", "chan_skinny", "chan_mgcp", "chan_unistim", "chan_iax2", "chan_dahdi",
      "chan_ooh323", "chan_console", "chan_alsa", "chan_oss", "cdr_csv", "res_phoneprov",
      "pbx_ael", "pbx_dundi", "pbx_lua", "res_stasis_recording", "res_hep", "res_snmp",
      "res_config_ldap", "chan_websocket", "res_corosync", "app_voicemail_imap",
      "app_voicemail_odbc", "chan_motif", "res_xmpp"].map((name) => `noload => ${name}.so`)
      .join("\n")}
`,
    "logger.conf": "[general]\n[logfiles]\nmessages => notice,warning,error\n",
    "manager.conf": `[general]
enabled = yes
port = ${ports.ami}
bindaddr = 127.0.0.1
tlsenable = yes
tlsbindaddr = 127.0.0.1:${ports.amiTls}
tlscertfile = /etc/asterisk/jackfield.pem
timestampevents = yes

[jackfield]
secret = ${secret}
read = system,call,agent,user,dtmf,reporting,cdr,dialplan,security
write = system,call,agent,user,config,command,reporting,originate,message
writetimeout = 5000

[observer]
secret = ${secret}
read = system,call
write = system

[deaf]
secret = ${secret}
read = system,agent,user,dtmf,reporting
write = system,call,agent,user,command,reporting,originate

[queueless]
secret = ${secret}
read = system,call,user,dtmf,reporting
write = system,call,agent,user,command,reporting,originate

[unasked]
secret = ${secret}
read = system,agent,user,dtmf,reporting
write = system,reporting

[outsider]
secret = ${secret}
read = call,agent,user,dtmf
write = call,agent,user,originate
`,
    "http.conf": "[general]\nenabled=no\n",
    "rtp.conf": `[general]\nrtpstart=${ports.rtp}\nrtpend=${ports.rtp + 98}\n`,
    "pjsip.conf": `[udp]
type=transport
protocol=udp
bind=127.0.0.1:${ports.sip}
${endpoint(1001, "from-internal", ports.sip)}${endpoint(1002, "from-internal", ports.sip)}${
      endpoint(1003, "from-internal", ports.sip)}${endpoint("trunk", "from-trunk", ports.sip)}
[trunk]
type=identify
endpoint=trunk
match=${phoneAddress("trunk")}
`,
    "extensions.conf": `[general]
static=yes

[from-internal]
exten => _10XX,1,Dial(PJSIP/\${EXTEN},20,tTkK)
 same => n,GotoIf($["\${DIALSTATUS}" = "BUSY"]?busy)
 same => n,Hangup()
 same => n(busy),Busy(5)
exten => _19XX,1,Dial(PJSIP/10\${EXTEN:2},2,tTkK)
 same => n,Hangup()
exten => 600,1,Answer()
 same => n,Queue(support,tT)
 same => n,Hangup()
exten => 699,1,Park()
exten => 800,1,Answer()
 same => n,ConfBridge(800)
 same => n,Hangup()
exten => _0.,1,Dial(PJSIP/\${EXTEN:1}@trunk,30,tT)
 same => n,Hangup()
include => parkedcalls
include => app-dnd

[from-trunk]
exten => 5550100,1,Dial(PJSIP/1001,20,tTkK)
 same => n,Hangup()
exten => 5550600,1,Goto(from-internal,600,1)
exten => 5550620,1,Goto(ext-group,620,1)
exten => 5550640,1,Goto(ext-queues,640,1)
exten => _55510XX,1,Goto(from-did-direct,\${EXTEN:3},1)
exten => _X.,1,Hangup(1)
exten => trunk,1,Hangup(1)
${freepbxDialplan(version)}`,
    "features.conf": "[general]\n[featuremap]\nblindxfer => ##\natxfer => *2\ndisconnect => *0\n",
    "queues.conf": `[general]
persistentmembers = no

[640]
strategy = ringall
timeout = 6
retry = 1
autofill = yes

[support]
strategy = ringall
timeout = 6
retry = 1
ringinuse = no
wrapuptime = 0
`,
    "res_parking.conf": "[general]\n[default]\nparkext => 700\nparkpos => 701-710\n"
      + "context => parkedcalls\nparkingtime => 45\n",
    "confbridge.conf": "[general]\n[default_bridge]\ntype=bridge\n[default_user]\ntype=user\n"
      + "announce_only_user=no\n",
    "agents.conf": "[general]\n",
    "cdr.conf": "[general]\nenable=yes\n",
    "cdr_manager.conf": "[general]\nenabled = yes\n",
    "cel.conf": "[general]\nenable=no\n",
    "users.conf": "[general]\n",
    ...(version === 16 ? { "sip.conf": "[general]\n" } : {}),
  };
}
