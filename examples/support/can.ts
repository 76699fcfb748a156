/** CAN frames: `struct can_frame` of `<linux/can.h>`. */

/** The size of a frame in bytes. */
export const CAN_FRAME_SIZE = 16;

/** Makes a frame of an identifier and at most 8 bytes of data. */
export function buildCanFrame(
  can_id: number,
  data: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(CAN_FRAME_SIZE);
  new DataView(frame.buffer).setUint32(0, can_id, true);
  frame[4] = data.length;
  frame.set(data, 8);
  return frame;
}

/** Takes a frame apart. */
export function dissectCanFrame(
  frame: Uint8Array,
): [can_id: number, can_dlc: number, data: Uint8Array] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  return [view.getUint32(0, true), frame[4], frame.subarray(8, 8 + frame[4])];
}
