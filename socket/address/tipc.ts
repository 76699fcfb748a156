/** `AF_TIPC` addresses: `[addr_type, v1, v2, v3, scope]` in a `sockaddr_tipc`. */

import { typeError } from "../../constants/stack.ts";
import { integer } from "../../errors/arguments.ts";
import type { Field, Struct } from "../../ffi/layout/types.ts";
import {
  type AddressCodec,
  checkTuple,
  clearRest,
  type CodecContext,
  read,
  uint32,
  write,
  writeHead,
} from "./codec.ts";
import type { TipcAddress } from "./types.ts";

/** Returns the fields of v1, v2 and v3 in an address type; undefined if there is no such type. */
function fieldsOf(
  addr_type: number,
  { layout: { sockaddr_tipc }, constants }: CodecContext,
): readonly Field[] | undefined {
  const service = [
    sockaddr_tipc["addr.nameseq.type"],
    sockaddr_tipc["addr.nameseq.lower"],
  ];
  switch (addr_type) {
    case constants.TIPC_ADDR_NAMESEQ:
      return [...service, sockaddr_tipc["addr.nameseq.upper"]];
    case constants.TIPC_ADDR_NAME: // type and instance lie where a range has type and lower
      return service;
    case constants.TIPC_ADDR_ID:
      return [sockaddr_tipc["addr.id.node"], sockaddr_tipc["addr.id.ref"]];
  }
}

/** The codec of `AF_TIPC`. */
export const tipc: AddressCodec<TipcAddress> = {
  encode(address, into, socket, context) {
    const form =
      "[addr_type: number, v1: number, v2: number, v3: number, scope?: number]";
    const { layout, constants } = context;
    const [type, v1, v2, v3, scope = constants.TIPC_CLUSTER_SCOPE] = checkTuple(
      address,
      4,
      5,
      form,
    );
    const addr_type = integer("addr_type", type, 0, 0xff);
    const values = [uint32("v1", v1), uint32("v2", v2), uint32("v3", v3)];
    const tipc: Struct = layout.sockaddr_tipc;
    const fields = fieldsOf(addr_type, context);
    if (fields === undefined) {
      throw typeError(`addr_type: ${addr_type} is no type of TIPC address`);
    }
    // A negative scope withdraws a name.
    const reach = integer("scope", scope, -0x80, 0x7f);
    writeHead(into, socket.family, tipc.size, layout);
    write(into.view, tipc.addrtype, addr_type);
    write(into.view, tipc.scope, reach);
    fields.forEach((field, i) => write(into.view, field, values[i]));
    return tipc.size;
  },

  decode(from, length, _socket, context) {
    const tipc = context.layout.sockaddr_tipc;
    clearRest(from, length, tipc.size);
    const { view } = from;
    const addr_type = read(view, tipc.addrtype);
    const [v1 = 0, v2 = 0, v3 = 0] =
      fieldsOf(addr_type, context)?.map((field) => read(view, field)) ?? [];
    const isName = addr_type === context.constants.TIPC_ADDR_NAME;
    return [
      addr_type,
      v1,
      v2,
      isName ? v2 : v3,
      view.getInt8(tipc.scope.at),
    ];
  },
};
