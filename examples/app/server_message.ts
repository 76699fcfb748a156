/** The server's end of a connection: reads a request, answers it and closes. */

import { repr, str, tuple } from "./python_repr.ts";
import { type Content, type Header, Message } from "./message.ts";

/** What can be searched for. */
const answers = new Map([
  ["morpheus", "Follow the white rabbit. \u{1f430}"],
  ["ring", "In the caves beneath the Misty Mountains. \u{1f48d}"],
  ["\u{1f436}", "\u{1f43e} Playing ball! \u{1f3d0}"],
]);

/** A client's connection. */
export class ServerMessage extends Message {
  /** Answers the request. */
  protected override received(header: Header, request: unknown): void {
    const from = `from ${tuple(this.address)}`;
    if (request instanceof Uint8Array) {
      console.log(`Received ${str(header["content-type"])} request ${from}`);
      this.send(binaryAnswer(request));
    } else {
      console.log(`Received request ${repr(request)} ${from}`);
      this.send(jsonAnswer(request));
    }
  }

  /** Ends the connection, as there is nothing after the answer. */
  protected override sent(): void {
    this.close();
  }
}

function jsonAnswer(request: unknown): Content {
  const { action, value } = Object(request);
  const result = action === "search"
    ? answers.get(value) ?? `No match for '${str(value)}'.`
    : `Error: invalid action '${str(action)}'.`;
  return { type: "text/json", encoding: "utf-8", value: { result } };
}

function binaryAnswer(request: Uint8Array): Content {
  const prefix = new TextEncoder().encode("First 10 bytes of request: ");
  return {
    type: "binary/custom-server-binary-type",
    encoding: "binary",
    value: Uint8Array.of(...prefix, ...request.subarray(0, 10)),
  };
}
