/**
 * The habits of FreePBX's dialplan, written down by hand: FreePBX itself cannot be installed here.
 * Its names of contexts and device states, its Local channels of ring groups and queues, its
 * do-not-disturb kept in the database, and its dial subroutine (Macro, until Asterisk 20).
 */

import type { AsteriskVersion } from "./asterisk.js";

export function freepbxDialplan(version: AsteriskVersion): string {
  const gosub = version > 20;
  const call = (name: string, argument: string): string => gosub
    ? `Gosub(macro-${name},s,1(${argument}))` : `Macro(${name},${argument})`;
  const back = gosub ? "Return()" : "NoOp()";
  return `
[from-did-direct]
exten => _10XX,1,Goto(ext-local,\${EXTEN},1)

[ext-local]
exten => _10XX,1,${call("exten-vm", "${EXTEN}")}
 same => n,Hangup()
exten => _10XX,hint,PJSIP/\${EXTEN}&Custom:DND\${EXTEN}

[macro-exten-vm]
exten => s,1,Set(EXTTOCALL=\${ARG1})
 same => n,${call("dial-one", "${EXTTOCALL}")}
 same => n,Goto(s-\${DIALSTATUS},1)
exten => s-BUSY,1,Busy(5)
exten => _s-.,1,Hangup()

[macro-dial-one]
exten => s,1,Set(DEXTEN=\${ARG1})
 same => n,GotoIf($["\${DB(DND/\${DEXTEN})}" = "YES"]?dnd)
 same => n,Dial(PJSIP/\${DEXTEN},20,HhTtr)
 same => n,${back}
 same => n(dnd),Set(DIALSTATUS=BUSY)
 same => n,${back}

[ext-group]
exten => 620,1,Set(__RINGGROUP_INDEX=\${EXTEN})
 same => n,Dial(Local/1001@from-internal-group/n&Local/1002@from-internal-group/n,20,tTr)
 same => n,Hangup()

[from-internal-group]
exten => _10XX,1,Goto(ext-local,\${EXTEN},1)

[ext-queues]
exten => 640,1,Answer()
 same => n,Set(__FROMQUEUEEXTEN=\${CALLERID(number)})
 same => n,Queue(640,tT,,,60)
 same => n,Hangup()

[from-queue]
exten => _10XX,1,Set(QAGENT=\${EXTEN})
 same => n,Goto(from-queue-exten-only,\${EXTEN},1)

[from-queue-exten-only]
exten => _10XX,1,${call("dial-one", "${EXTEN}")}
 same => n,Hangup()

[app-dnd]
exten => *78,1,Answer()
 same => n,Set(DB(DND/\${CALLERID(number)})=YES)
 same => n,Set(DEVICE_STATE(Custom:DND\${CALLERID(number)})=BUSY)
 same => n,Set(DEVICE_STATE(Custom:DEVDND\${CALLERID(number)})=BUSY)
 same => n,Playback(beep)
 same => n,Hangup()
exten => *79,1,Answer()
 same => n,Set(DELETED=\${DB_DELETE(DND/\${CALLERID(number)})})
 same => n,Set(DEVICE_STATE(Custom:DND\${CALLERID(number)})=NOT_INUSE)
 same => n,Set(DEVICE_STATE(Custom:DEVDND\${CALLERID(number)})=NOT_INUSE)
 same => n,Playback(beep)
 same => n,Hangup()
`;
}
