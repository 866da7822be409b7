/** Cables between a PBX's printer port and this unit, both with nine pins (TIA-574). */

export const straightPicture = `\
  unit (DTE)             PBX (DCE)
  2 RxD  <-------------- 2
  3 TxD  --------------> 3
  5 GND  --------------- 5
  4 DTR  --------------> 4
  6 DSR  <-------------- 6
  7 RTS  --------------> 7
  8 CTS  <-------------- 8
`;

export const nullModemPicture = `\
  unit (DTE)             PBX (DTE)
  2 RxD  <-------------- 3 TxD
  3 TxD  --------------> 2 RxD
  5 GND  --------------- 5 GND
  4 DTR  --------------> 6 DSR + 1 DCD
  6 DSR  <-------------- 4 DTR
  7 RTS  --------------> 8 CTS
  8 CTS  <-------------- 7 RTS
`;
