/** Whether our own web server answers a request: more than an open port. */

import { connect } from "node:tls";

const answerMsMax = 5_000;
const answerCharactersMax = 4_096;

/** `address` as configured: one that stands for all is asked on the loopback. */
export function apiAnswers(address: string, port: number): Promise<boolean> {
  const host = ["0.0.0.0", "::"].includes(address) ? "127.0.0.1" : address;
  return new Promise((resolve) => {
    // Whether it answers is the question, not who it is.
    const socket = connect({ host, port, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"],
      timeout: answerMsMax });
    let answer = "";
    const end = (answers: boolean): void => {
      socket.destroy();
      resolve(answers);
    };
    socket.on("secureConnect", () => {
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    });
    socket.on("data", (bytes: Buffer) => {
      answer += bytes.toString("latin1");
      if (/^HTTP\/1\.1 200 /.test(answer)) end(true);
      else if (answer.length > answerCharactersMax) end(false);
    });
    for (const event of ["timeout", "error", "close"]) socket.on(event, () => { end(false); });
  });
}
