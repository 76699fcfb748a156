/**
 * `AF_BLUETOOTH` addresses, which differ by protocol: `[bdaddr, psm, cid, bdaddr_type]` for L2CAP,
 * `[bdaddr, channel]` for RFCOMM, `[device_id, channel]` or a node name for HCI, `bdaddr` for SCO.
 */

import { integer, string, stringOrBytes } from "../../errors/arguments.ts";
import { OSError } from "../../errors/errors.ts";
import type { Field } from "../../ffi/layout/mod.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  type CodecContext,
  type CodecSocket,
  read,
  readText,
  unknown,
  write,
  writeHead,
  writeText,
} from "./codec.ts";
import type { BluetoothAddress, UnknownAddress } from "./types.ts";

const BDADDR = /^[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}$/i;
const BDADDR_BREDR = 0;
const HCI_CHANNEL_RAW = 0;
const decoder = new TextDecoder();

/** Returns the six bytes of a Bluetooth address as they lie in memory, last byte first. */
function bdaddrBytes(bdaddr: string): number[] {
  if (!BDADDR.test(bdaddr)) {
    throw new OSError(
      null,
      `bdaddr: bad bluetooth address ${JSON.stringify(bdaddr)}`,
    );
  }
  return bdaddr.split(":").map((digits) => parseInt(digits, 16)).reverse();
}

function bdaddrText(bytes: Uint8Array, { at }: Field): string {
  return Array.from(
    bytes.subarray(at, at + 6),
    (byte) => byte.toString(16).toUpperCase().padStart(2, "0"),
  ).reverse().join(":");
}

const l2cap: AddressCodec<BluetoothAddress> = {
  encode(address, into, { family }, { layout }) {
    const form =
      "[bdaddr: string, psm: number, cid?: number, bdaddr_type?: number]";
    const [bdaddr, psm, cid = 0, bdaddr_type = BDADDR_BREDR] = checkTuple(
      address,
      2,
      4,
      form,
    );
    const { size, ...l2 } = layout.sockaddr_l2;
    const values = [
      integer("psm", psm, 0, 0xffff),
      integer("cid", cid, 0, 0xffff),
      integer("bdaddr_type", bdaddr_type, 0, 0xff),
    ];
    const device = bdaddrBytes(string("bdaddr", bdaddr));
    writeHead(into, family, size, layout);
    into.bytes.set(device, (l2.l2_bdaddr ?? l2.l2cap_bdaddr).at);
    write(into.view, l2.l2_psm ?? l2.l2cap_psm, values[0]);
    write(into.view, l2.l2_cid ?? l2.l2cap_cid, values[1]);
    write(into.view, l2.l2_bdaddr_type ?? l2.l2cap_bdaddr_type, values[2]);
    return size;
  },

  decode(from, length, _socket, { layout: { sockaddr_l2: l2 } }) {
    clearRest(from, length, l2.size);
    const { bytes, view } = from;
    const bdaddr = bdaddrText(bytes, l2.l2_bdaddr ?? l2.l2cap_bdaddr);
    const psm = read(view, l2.l2_psm ?? l2.l2cap_psm);
    const cid = read(view, l2.l2_cid ?? l2.l2cap_cid);
    const type = read(view, l2.l2_bdaddr_type ?? l2.l2cap_bdaddr_type);
    if (type !== BDADDR_BREDR) return [bdaddr, psm, cid, type];
    return cid === 0 ? [bdaddr, psm] : [bdaddr, psm, cid];
  },
};

/** Returns the size of RFCOMM's structure and its two fields, whose C names differ by platform. */
function rfcommFields(
  { layout: { sockaddr_rc, sockaddr_bth } }: CodecContext,
): { size: number; bdaddr: Field; channel: Field } {
  const rc = sockaddr_rc ?? sockaddr_bth;
  return {
    size: rc.size,
    bdaddr: rc.rc_bdaddr ?? rc.rfcomm_bdaddr ?? rc.btAddr,
    channel: rc.rc_channel ?? rc.rfcomm_channel ?? rc.port,
  };
}

const rfcomm: AddressCodec<BluetoothAddress> = {
  encode(address, into, { family }, context) {
    const form = "[bdaddr: string, channel: number]";
    const [bdaddr, channel] = checkTuple(address, 2, 2, form);
    const fields = rfcommFields(context);
    const max = 2 ** (8 * fields.channel.size) - 1;
    const port = integer("channel", channel, 0, max);
    const device = bdaddrBytes(string("bdaddr", bdaddr));
    writeHead(into, family, fields.size, context.layout);
    into.bytes.set(device, fields.bdaddr.at);
    write(into.view, fields.channel, port);
    return fields.size;
  },

  decode(from, length, _socket, context) {
    const { size, bdaddr, channel } = rfcommFields(context);
    clearRest(from, length, size);
    return [bdaddrText(from.bytes, bdaddr), read(from.view, channel)];
  },
};

const hci: AddressCodec<BluetoothAddress> = {
  encode(address, into, { family }, { layout }) {
    const { size, ...hci } = layout.sockaddr_hci;
    if (hci.hci_node !== undefined) { // FreeBSD's netgraph node
      const node = string("address", address);
      writeHead(into, family, size, layout);
      writeText(into.bytes, hci.hci_node, "address", node);
      return size;
    }
    const form = "device_id: number or [device_id: number, channel?: number]";
    const [device_id, channel = HCI_CHANNEL_RAW] = typeof address === "number"
      ? [address]
      : checkTuple(address, 1, 2, form);
    const dev = integer("device_id", device_id, 0, 0xffff);
    const hci_channel = integer("channel", channel, 0, 0xffff);
    writeHead(into, family, size, layout);
    write(into.view, hci.hci_dev, dev);
    write(into.view, hci.hci_channel, hci_channel);
    return size;
  },

  decode(from, length, _socket, { layout: { sockaddr_hci } }) {
    clearRest(from, length, sockaddr_hci.size);
    const { bytes, view } = from;
    const { hci_node, hci_dev, hci_channel } = sockaddr_hci;
    if (hci_node !== undefined) return readText(bytes, hci_node);
    const device_id = read(view, hci_dev);
    const channel = read(view, hci_channel);
    return channel === HCI_CHANNEL_RAW ? device_id : [device_id, channel];
  },
};

const sco: AddressCodec<BluetoothAddress> = {
  encode(address, into, { family }, { layout }) {
    const bdaddr = stringOrBytes("address", address);
    const device = bdaddrBytes(
      typeof bdaddr === "string" ? bdaddr : decoder.decode(bdaddr),
    );
    const { size, sco_bdaddr } = layout.sockaddr_sco;
    writeHead(into, family, size, layout);
    into.bytes.set(device, sco_bdaddr.at);
    return size;
  },

  decode(from, length, _socket, { layout: { sockaddr_sco } }) {
    clearRest(from, length, sockaddr_sco.size);
    return bdaddrText(from.bytes, sockaddr_sco.sco_bdaddr);
  },
};

function codecOf(
  { proto }: CodecSocket,
  { constants }: CodecContext,
): AddressCodec<BluetoothAddress | UnknownAddress> {
  switch (proto) {
    case constants.BTPROTO_L2CAP:
      return l2cap;
    case constants.BTPROTO_RFCOMM:
      return rfcomm;
    case constants.BTPROTO_HCI:
      return hci;
    case constants.BTPROTO_SCO:
      return sco;
    default:
      return unknown;
  }
}

/** The codec of `AF_BLUETOOTH`. */
export const bluetooth: AddressCodec<BluetoothAddress | UnknownAddress> = {
  encode(address, into, socket, context) {
    return codecOf(socket, context).encode(address, into, socket, context);
  },

  decode(from, length, socket, context) {
    return codecOf(socket, context).decode(from, length, socket, context);
  },
};
