/**
 * Python's `socket` module, awaiting: the functions of `mod.ts` that may wait return promises here,
 * and all others are the same. The class is {@linkcode AsyncSocket}.
 *
 * Each operation that may wait takes `{ signal }` as its last argument, or in place of the
 * parameters left out: `recv(1024, { signal })`. Beside Python's interface, an `AsyncSocket` has
 * Deno's: `for await` over connections, `readable` and `writable` streams, `await using`, and the
 * `Deno.Conn` interface.
 *
 * @example An echo server and a client
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as socket from "@libc/socket/async";
 *
 * async function echo(connection: socket.AsyncSocket): Promise<void> {
 *   using _ = connection;
 *   try {
 *     for (;;) {
 *       const data = await connection.recv(65536);
 *       if (data.length === 0) break;
 *       await connection.sendall(data);
 *     }
 *   } catch (error) {
 *     // A client that resets its connection is no reason to leave the others.
 *     if (!(error instanceof socket.OSError)) throw error;
 *   }
 * }
 *
 * await using server = await socket.create_server(["127.0.0.1", 0]);
 * const serving = (async () => {
 *   // Not awaited: all clients are served at the same time.
 *   for await (const [connection] of server) echo(connection);
 * })();
 *
 * const client = await socket.create_connection(server.getsockname());
 * await client.sendall(new TextEncoder().encode("hello"));
 * client.shutdown(socket.SHUT_WR);
 * const reply = await new Response(client.readable).text();
 * assertEquals(reply, "hello");
 * client.close();
 * server.close();
 * await serving;
 * ```
 *
 * @module
 */

import "./async/modules.ts";

export * from "./constants/generated/names.js";
export {
  AddressFamily,
  type AddressFamilyName,
  AddressInfo,
  type AddressInfoName,
  type ConstantName,
  constantName,
  controlName,
  type Enumeration,
  type Errno,
  errno,
  errorName,
  type ErrorNumbers,
  errorTab,
  hasattr,
  MsgFlag,
  type MsgFlagName,
  optionName,
  SocketKind,
  type SocketKindName,
} from "./constants/lookup.ts";
export { isMissing, MissingConstant, missingName } from "./constants/table.ts";
export {
  type AttemptEvent,
  type CreateConnectionOptions,
  type CreateServerOptions,
  has_dualstack_ipv6,
  has_ipv6,
  type SocketFactory,
} from "./socket/connect.ts";
export type {
  Address,
  AddressForm,
  AddressInput,
  AddressOf,
  AlgAddress,
  BluetoothAddress,
  CanAddress,
  DivertAddress,
  Family,
  HypervAddress,
  Inet6Address,
  InetAddress,
  LinkAddress,
  NetlinkAddress,
  NewSocketAddress,
  PacketAddress,
  QipcrtrAddress,
  RdsAddress,
  SystemAddress,
  TipcAddress,
  UnixAddress,
  UnknownAddress,
  VsockAddress,
} from "./socket/address/types.ts";
export {
  type AncillaryInput,
  type AncillaryItem,
  CMSG_LEN,
  CMSG_SPACE,
} from "./socket/operations/ancillary.ts";
export {
  decodeAddress,
  encodeAddress,
  originalDestination,
} from "./socket/address_bytes.ts";
export {
  attachedFilter,
  attachFilter,
  BPF_JUMP,
  BPF_STMT,
  type BpfInstruction,
  detachFilter,
  type FilterOptions,
} from "./socket/bpf.ts";
export * from "./socket/bpf_codes.ts";
export {
  ControlMessages,
  controlSize,
  decodeControl,
  encodeControl,
  requestControl,
} from "./socket/control.ts";
export { ioctl } from "./socket/ioctl.ts";
export { sockatmark } from "./socket/urgent.ts";
export { close, dup, type ReadinessOptions } from "./socket/descriptors.ts";
export {
  type MakefileOptions,
  type SocketFile,
  TextIOWrapper,
  type TextOptions,
} from "./socket/file/makefile.ts";
export {
  type BytesWriter,
  DEFAULT_BUFFER_SIZE,
  IOBase,
  LineIO,
  UnsupportedOperation,
} from "./socket/file/base.ts";
export {
  BufferedReader,
  BufferedRWPair,
  BufferedWriter,
} from "./socket/file/buffered.ts";
export type { ErrorHandler } from "./socket/file/error_handler.ts";
export { type FileMode, type FileSocket, SocketIO } from "./socket/file/raw.ts";
export type { Newline } from "./socket/file/newline.ts";
export {
  getKeepalive,
  getLinger,
  getUserTimeout,
  type KeepaliveOptions,
  setKeepalive,
  setLinger,
  setUserTimeout,
} from "./socket/keepalive.ts";
export type {
  CreateListenersOptions,
  CreateUnixListenerOptions,
} from "./socket/listeners.ts";
export { MessageVector } from "./socket/message_vector.ts";
export type { AlgOptions } from "./socket/operations/messages.ts";
export {
  type GroupOptions,
  joinGroup,
  leaveGroup,
  type MulticastOptions,
  setMulticast,
} from "./socket/multicast.ts";
export type { FileToSend, ReadableFile } from "./socket/operations/sendfile.ts";
export { segments } from "./socket/segments.ts";
export type {
  ControlBase,
  ControlInput,
  ControlKind,
  ControlMessage,
  ControlMessageOf,
  CredentialsMessage,
  ExtendedErrorMessage,
  GroMessage,
  GsoMessage,
  InterfaceMessage,
  MarkMessage,
  OriginalDestinationMessage,
  OverflowMessage,
  PacketInfoMessage,
  PidfdMessage,
  RightsMessage,
  TimestampingMessage,
  TimestampMessage,
  TlsRecordMessage,
  TosMessage,
  TransmitTimeMessage,
  TtlMessage,
  UnknownMessage,
} from "./socket/structures/control.ts";
export { ReceivedDescriptors } from "./socket/structures/descriptors.ts";
export {
  decodeExtendedError,
  decodePktinfo,
  decodePktinfo6,
  decodeTimespec,
  decodeTimestamping,
  decodeTimeval,
  encodePktinfo,
  encodePktinfo6,
  type ExtendedError,
  type PacketInfo,
  type PacketInfo6,
  type Timestamp,
  type Timestamping,
} from "./socket/structures/ancillary.ts";
export {
  type Credentials,
  decodeCredentials,
  decodeLinger,
  encodeCredentials,
  encodeLinger,
  type IoctlOption,
  type Linger,
} from "./socket/structures/options.ts";
export { decodeTcpInfo, type TcpInfo } from "./socket/structures/tcp_info.ts";
export type { Bytes, FileDescriptor } from "./errors/arguments.ts";
export {
  getdefaulttimeout,
  setdefaulttimeout,
  SocketBase,
} from "./socket/base.ts";
export {
  BlockingIOError,
  BrokenPipeError,
  ChildProcessError,
  ConnectionAbortedError,
  ConnectionError,
  ConnectionRefusedError,
  ConnectionResetError,
  type ErrorCode,
  FileExistsError,
  FileNotFoundError,
  gaierror,
  herror,
  type HostCode,
  InterruptedError,
  IsADirectoryError,
  KeyboardInterrupt,
  NotADirectoryError,
  OSError,
  OSError as error,
  type OSErrorOptions,
  PermissionError,
  ProcessLookupError,
  type ResolverCode,
  strerror,
  TimeoutError,
  TimeoutError as timeout,
} from "./errors/errors.ts";
export {
  htonl,
  htons,
  inet_aton,
  inet_ntoa,
  inet_ntop,
  inet_pton,
  ntohl,
  ntohs,
} from "./socket/address/arpa_inet.ts";
export {
  getifaddrs,
  type InterfaceAddress,
  type NetworkInterface,
} from "./socket/resolver/ifaddrs.ts";
export {
  if_indextoname,
  if_nameindex,
  if_nametoindex,
} from "./socket/resolver/interfaces.ts";
export {
  gethostname,
  getprotobyname,
  getservbyname,
  getservbyport,
  type HostEntry,
  sethostname,
} from "./socket/resolver/hosts.ts";
export type { AddressInfoTuple } from "./socket/resolver/addrinfo.ts";
export {
  Interrupter,
  type InterrupterHandle,
  interruptible,
} from "./socket/interruptible.ts";
export { enforceNetPermissions } from "./socket/net_permissions.ts";
export {
  type OpenSocket,
  openSockets,
  traceSockets,
} from "./socket/open_sockets.ts";
export type { SocketDescription } from "./socket/description.ts";
export { Socket, type SocketConstructor } from "./socket/constructor.ts";

// The functions that await, in place of those of mod.ts that block.
export { AsyncSocketBase } from "./async/base.ts";
export {
  AsyncSocket,
  AsyncSocket as socket,
  type AsyncSocketConstructor,
} from "./async/constructor.ts";
export { AsyncSocket as SocketType } from "./async/socket.ts";
export type { ConnectionsOptions } from "./async/connections.ts";
export type { WaitOptions } from "./async/driver.ts";
export type {
  DenoAddress,
  DenoNetAddress,
  DenoUnixAddress,
  DenoVsockAddress,
} from "./async/deno_address.ts";
export { recv_fds, send_fds } from "./async/fds.ts";
export { create_connection, create_server } from "./async/connect.ts";
export { type Relay, relay, type RelayOptions } from "./async/relay.ts";
export {
  createListeners,
  createUnixListener,
  type Handler,
  type HandlerContext,
  serve,
  type ServeOptions,
} from "./async/serve.ts";
export { splice } from "./async/splice.ts";
export { waitUrgent } from "./async/urgent.ts";
export { ZeroCopySender } from "./async/zero_copy.ts";
export {
  fromfd,
  fromshare,
  notify_closing,
  socketpair,
  wait_readable,
  wait_writable,
} from "./async/descriptors.ts";
export {
  getaddrinfo,
  getfqdn,
  gethostbyaddr,
  gethostbyname,
  gethostbyname_ex,
  getnameinfo,
} from "./async/lookup.ts";
