/** Messages of the Domain Name System, as far as the examples need them: questions, A records. */

/** A question. */
export interface Question {
  name: string;
  type: number;
  /** Whether the answer may be sent to the asker alone (multicast DNS). */
  unicast: boolean;
}

/** An answer: the IPv4 address of a name. */
export interface AddressRecord {
  name: string;
  /** How long it may be kept, in seconds. */
  ttl: number;
  address: string;
}

/** A message. */
export interface Message {
  id: number;
  isResponse: boolean;
  questions: Question[];
  /** Its A records; those of other types are left out. */
  answers: AddressRecord[];
}

/** The type of records with an IPv4 address. */
export const A = 1;
/** Any type, in questions. */
export const ANY = 255;
const IN = 1;
const RESPONSE = 0x8400; // and authoritative
/** In multicast DNS: to be answered by unicast, or to replace what is known. */
const TOP_BIT = 0x8000;

function encodeName(name: string): number[] {
  const labels = name.replace(/\.$/, "").split(".");
  return [
    ...labels.flatMap((label) => {
      const bytes = new TextEncoder().encode(label);
      if (bytes.length === 0 || bytes.length > 63) {
        throw new RangeError(`${name}: a label has 1 to 63 bytes`);
      }
      return [bytes.length, ...bytes];
    }),
    0,
  ];
}

const u16 = (value: number): number[] => [value >> 8, value & 0xff];

/** Encodes a message. `flush` says that the answers replace what is known of their names. */
export function encodeMessage(
  { id, isResponse, questions, answers }: Message,
  flush = false,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    ...u16(id),
    ...u16(isResponse ? RESPONSE : 0),
    ...u16(questions.length),
    ...u16(answers.length),
    ...[0, 0, 0, 0],
    ...questions.flatMap(({ name, type, unicast }) => [
      ...encodeName(name),
      ...u16(type),
      ...u16(IN | (unicast ? TOP_BIT : 0)),
    ]),
    ...answers.flatMap(({ name, ttl, address }) => [
      ...encodeName(name),
      ...u16(A),
      ...u16(IN | (flush ? TOP_BIT : 0)),
      ...u16(ttl >>> 16),
      ...u16(ttl & 0xffff),
      ...u16(4),
      ...address.split(".").map(Number),
    ]),
  ]);
}

/**
 * Decodes a message.
 *
 * @returns `undefined` if it is none: anyone may send anything
 */
export function decodeMessage(data: Uint8Array): Message | undefined {
  try {
    return new Reader(data).message();
  } catch (error) {
    if (error instanceof RangeError) return undefined; // it is cut off
    throw error;
  }
}

class Reader {
  readonly #data: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  message(): Message {
    const id = this.#u16();
    const flags = this.#u16();
    const [questions, answers] = [this.#u16(), this.#u16()];
    this.#at += 4;
    const message: Message = {
      id,
      isResponse: (flags & 0x8000) !== 0,
      questions: [],
      answers: [],
    };
    for (let i = 0; i < questions; i++) {
      const name = this.#name();
      const type = this.#u16();
      const unicast = (this.#u16() & TOP_BIT) !== 0;
      message.questions.push({ name, type, unicast });
    }
    for (let i = 0; i < answers; i++) {
      const name = this.#name();
      const type = this.#u16();
      this.#at += 2;
      const ttl = this.#u16() * 0x10000 + this.#u16();
      const length = this.#u16();
      const end = this.#at + length;
      if (end > this.#data.length) throw new RangeError("cut off");
      if (type === A && length === 4) {
        const address = this.#data.subarray(this.#at, end).join(".");
        message.answers.push({ name, ttl, address });
      }
      this.#at = end;
    }
    return message;
  }

  #u16(): number {
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2);
  }

  /** Reads a name. A part that stood before may be referred to by its position. */
  #name(): string {
    const labels: string[] = [];
    let after: number | undefined;
    for (let length; (length = this.#view.getUint8(this.#at)) !== 0;) {
      if (length >= 0xc0) {
        const target = this.#u16() & 0x3fff;
        after ??= this.#at;
        // References lead back, or they could go round in a circle.
        if (target >= this.#at - 2) throw new RangeError("a circle");
        this.#at = target;
        if (labels.length > 127) throw new RangeError("too long");
        continue;
      }
      const end = this.#at + 1 + length;
      if (end > this.#data.length || labels.push("") > 127) {
        throw new RangeError("cut off");
      }
      labels[labels.length - 1] = new TextDecoder().decode(
        this.#data.subarray(this.#at + 1, end),
      );
      this.#at = end;
    }
    this.#at = after ?? this.#at + 1;
    return labels.join(".");
  }
}
