/** The Internet Control Message Protocol, as far as the examples need it. */

/** Types of messages. */
export const ECHO_REPLY = 0;
export const DEST_UNREACH = 3;
export const ECHO_REQUEST = 8;
export const TIME_EXCEEDED = 11;

/** The checksum of the internet protocols; over data that includes a right checksum it is 0. */
export function checksum(data: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    sum += i % 2 === 0 ? data[i] << 8 : data[i];
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** An echo request. */
export function echoRequest(
  id: number,
  sequence: number,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(8 + payload.length);
  const fields = new DataView(message.buffer);
  fields.setUint8(0, ECHO_REQUEST);
  fields.setUint16(4, id);
  fields.setUint16(6, sequence);
  message.set(payload, 8);
  fields.setUint16(2, checksum(message));
  return message;
}

/**
 * Splits an IPv4 packet, as raw sockets receive it, into header and payload.
 *
 * @returns `undefined` if it is not an IPv4 packet
 */
export function splitIPv4(
  packet: Uint8Array,
): [header: Uint8Array, payload: Uint8Array] | undefined {
  if (packet.length < 20 || packet[0] >> 4 !== 4) return undefined;
  const length = (packet[0] & 0xf) * 4;
  return [packet.subarray(0, length), packet.subarray(length)];
}
