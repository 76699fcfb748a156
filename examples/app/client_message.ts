/** The client's end of a connection: sends a request, reads the answer and closes. */

import { EVENT_READ } from "@libc/socket/selectors";
import { repr, str, tuple } from "./python_repr.ts";
import { type Content, type Header, Message } from "./message.ts";

/** The connection to the server. */
export class ClientMessage extends Message {
  /** Sends the request. */
  request(action: string, value: string): void {
    this.send(requestContent(action, value));
  }

  /** Waits for the answer. */
  protected override sent(): void {
    this.waitFor(EVENT_READ);
  }

  /** Shows the answer. */
  protected override received(header: Header, response: unknown): void {
    const from = `from ${tuple(this.address)}`;
    if (response instanceof Uint8Array) {
      console.log(`Received ${str(header["content-type"])} response ${from}`);
      console.log(`Got response: ${repr(response)}`);
    } else {
      console.log(`Received response ${repr(response)} ${from}`);
      console.log(`Got result: ${str(Object(response).result)}`);
    }
    this.close();
  }
}

/** A search is requested in JSON, anything else in bytes. */
function requestContent(action: string, value: string): Content {
  return action === "search"
    ? { type: "text/json", encoding: "utf-8", value: { action, value } }
    : {
      type: "binary/custom-client-binary-type",
      encoding: "binary",
      value: new TextEncoder().encode(action + value),
    };
}
