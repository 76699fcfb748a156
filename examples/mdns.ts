/**
 * Multicast DNS, which finds names without a server (RFC 6762): asks for the address of a name, or
 * answers such questions until Ctrl-C.
 *
 *     deno run --allow-ffi examples/mdns.ts [-i interface] query name.local
 *     deno run --allow-ffi examples/mdns.ts [-i interface] answer name.local address
 *
 * The interface is given by its name; otherwise the system chooses it. Several programs on a
 * machine may answer, the one of the system too.
 */

import { parseArgs } from "node:util";
import {
  AF_INET,
  AsyncSocket,
  inet_aton,
  inet_ntoa,
  type InetAddress,
  joinGroup,
  OSError,
  setMulticast,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "@libc/socket/async";
import { concat, pack, unpack_from } from "@libc/socket/bytes";

const GROUP = "224.0.0.251";
const PORT = 5353;
const PATIENCE = 3000;

/** A question. */
export interface Question {
  name: string;
  type: number;
  /** Whether the answer may be sent to the asker alone. */
  unicast: boolean;
}

/** An answer: the IPv4 address of a name. */
export interface AddressRecord {
  name: string;
  /** How long it may be kept, in seconds. */
  ttl: number;
  address: string;
}

/** A message of the Domain Name System, as far as this program needs it. */
export interface Message {
  id: number;
  isResponse: boolean;
  questions: Question[];
  /** Its A records; those of other types are left out. */
  answers: AddressRecord[];
}

/** The type of records with an IPv4 address. */
const A = 1;
/** Any type, in questions. */
const ANY = 255;
const IN = 1;
const RESPONSE = 0x8400; // and authoritative
/** To be answered by unicast, or to replace what is known. */
const TOP_BIT = 0x8000;

/** Encodes a name: its labels, each after its length, and an empty one. */
function encodeName(name: string): Uint8Array {
  const labels = name.replace(/\.$/, "").split(".").map((label) => {
    const bytes = new TextEncoder().encode(label);
    if (bytes.length === 0 || bytes.length > 63) {
      throw new RangeError(`${name}: a label has 1 to 63 bytes`);
    }
    return pack(`${1 + bytes.length}p`, bytes);
  });
  return concat(...labels, pack("x"));
}

/** Encodes a message. `flush` says that the answers replace what is known of their names. */
export function encodeMessage(
  { id, isResponse, questions, answers }: Message,
  flush = false,
): Uint8Array {
  const flags = isResponse ? RESPONSE : 0;
  return concat(
    pack("!6H", id, flags, questions.length, answers.length, 0, 0),
    ...questions.flatMap(({ name, type, unicast }) => [
      encodeName(name),
      pack("!HH", type, IN | (unicast ? TOP_BIT : 0)),
    ]),
    ...answers.flatMap(({ name, ttl, address }) => [
      encodeName(name),
      pack("!HHIH", A, IN | (flush ? TOP_BIT : 0), ttl, 4),
      inet_aton(address),
    ]),
  );
}

/** Decodes a message. Returns `undefined` if it is none: anyone may send anything. */
export function decodeMessage(data: Uint8Array): Message | undefined {
  try {
    const [id, flags, asked, answered] = unpack_from("!4H", data);
    const message: Message = {
      id,
      isResponse: (flags & 0x8000) !== 0,
      questions: [],
      answers: [],
    };
    let at = 12;
    for (let i = 0; i < asked; i++) {
      const [name, end] = decodeName(data, at);
      const [type, kind] = unpack_from("!HH", data, end);
      const unicast = (kind & TOP_BIT) !== 0;
      message.questions.push({ name, type, unicast });
      at = end + 4;
    }
    for (let i = 0; i < answered; i++) {
      const [name, end] = decodeName(data, at);
      const [type, , ttl, length] = unpack_from("!HHIH", data, end);
      at = end + 10 + length;
      if (at > data.length) throw new RangeError("cut off");
      if (type === A && length === 4) {
        const address = inet_ntoa(data.subarray(at - 4, at));
        message.answers.push({ name, ttl, address });
      }
    }
    return message;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // it is cut off
    throw error;
  }
}

/** Decodes a name, and returns where it ends. A part that stood before is referred to. */
function decodeName(
  data: Uint8Array,
  start: number,
): [name: string, end: number] {
  const labels: string[] = [];
  let end: number | undefined; // known where the first reference stands
  for (let at = start;;) {
    const [length] = unpack_from("!B", data, at);
    if (length === 0) return [labels.join("."), end ?? at + 1];
    if (length >= 0xc0) {
      end ??= at + 2;
      const target = unpack_from("!H", data, at)[0] & 0x3fff;
      // References lead back, or they could go round in a circle.
      if (target >= at) throw new RangeError("a circle");
      at = target;
    } else {
      const label = data.subarray(at + 1, at += 1 + length);
      labels.push(new TextDecoder().decode(label));
    }
    if (labels.length > 127) throw new RangeError("too long");
  }
}

function open(by: string | undefined): AsyncSocket<InetAddress> {
  const socket = new AsyncSocket(AF_INET, SOCK_DGRAM);
  // 255, so that it is seen that no router passed it on.
  setMulticast(socket, { interface: by, ttl: 255 });
  return socket;
}

/** Whether two names are the same: they do not differ by case. */
const isSame = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase().replace(/\.$/, "");

/** Asks from a port of its own, so that the answer comes to this program alone. */
async function query(name: string, by?: string): Promise<void> {
  using socket = open(by);
  const question = { name, type: A, unicast: true };
  const id = crypto.getRandomValues(new Uint16Array(1))[0];
  const message = { id, isResponse: false, questions: [question], answers: [] };
  await socket.sendto(encodeMessage(message), [GROUP, PORT]);
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    for (;;) {
      const [data, [host]] = await socket.recvfrom(9000, 0, { signal });
      const answer = decodeMessage(data);
      if (answer?.id !== id || !answer.isResponse) continue;
      const found = answer.answers.find((record) => isSame(record.name, name));
      if (found === undefined) continue;
      console.log(`${found.name} is ${found.address}, says ${host}`);
      return;
    }
  } catch (error) {
    if (error !== signal.reason) throw error;
    console.error(`nobody knows ${name}`);
    Deno.exit(1);
  }
}

async function answer(
  name: string,
  address: string,
  by?: string,
): Promise<void> {
  inet_aton(address); // throws if it is none
  using socket = open(by);
  socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1); // others answer on this machine, too
  socket.bind(["", PORT]);
  joinGroup(socket, GROUP, { interface: by });
  console.error(`Answering for ${name}`);
  for (;;) {
    const [data, peer] = await socket.recvfrom(9000);
    const asked = decodeMessage(data);
    if (asked === undefined || asked.isResponse) continue;
    const questions = asked.questions.filter((question) =>
      isSame(question.name, name) &&
      (question.type === A || question.type === ANY)
    );
    if (questions.length === 0) continue;
    // Who asks from another port knows nothing of multicast: it gets a plain answer, which repeats
    // its question and may be kept for ten seconds only.
    const isPlain = peer[1] !== PORT;
    const record = { name, ttl: isPlain ? 10 : 120, address };
    const message = encodeMessage({
      id: isPlain ? asked.id : 0,
      isResponse: true,
      questions: isPlain ? questions : [],
      answers: [record],
    }, !isPlain);
    const alone = isPlain || questions.every(({ unicast }) => unicast);
    try {
      await socket.sendto(message, alone ? peer : [GROUP, PORT]);
      console.log(`told ${peer[0]}`);
    } catch (error) {
      if (!(error instanceof OSError)) throw error; // no route to a stranger is no reason to end
    }
  }
}

function usage(): never {
  console.error(
    "usage: mdns.ts [-i interface] query name | answer name address",
  );
  Deno.exit(2);
}

if (import.meta.main) {
  let args;
  try {
    args = parseArgs({
      args: Deno.args,
      options: { interface: { type: "string", short: "i" } },
      allowPositionals: true,
    });
  } catch {
    usage();
  }
  const [what, name = usage(), address] = args.positionals;
  const { interface: by } = args.values;
  if (what === "query") await query(name, by);
  else if (what === "answer" && address !== undefined) {
    await answer(name, address, by);
  } else usage();
}
