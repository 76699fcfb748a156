/**
 * Python's `socket` module on the C library's sockets: raw and packet sockets, every socket option,
 * Unix datagrams, passed and inherited descriptors, and everything else that the system's sockets
 * can do.
 *
 * Names, parameters and behaviour are Python's, so its documentation is the manual:
 * https://docs.python.org/3/library/socket.html. `socket.socket(…)` is `new Socket(…)`,
 * keyword-only parameters are one trailing options object, bytes are `Uint8Array`s, tuples are
 * arrays, `None` is `null`, times are in seconds, and `with` is `using`.
 *
 * Importing needs no permission; the first socket needs `--allow-ffi`.
 *
 * @example Connect, send, receive
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as socket from "./mod.ts";
 *
 * using server = socket.create_server(["127.0.0.1", 0]);
 * using client = socket.create_connection(server.getsockname());
 * const [connection, address] = server.accept();
 * using _ = connection;
 * assertEquals(address, client.getsockname());
 *
 * client.sendall(new TextEncoder().encode("hello"));
 * assertEquals(new TextDecoder().decode(connection.recv(1024)), "hello");
 * ```
 *
 * @module
 */

export * from "./constants/mod.ts";
export { has_ipv6 } from "./socket/connect.ts";
export type {
  Address,
  AddressInput,
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
export { decodeAddress, encodeAddress } from "./socket/address_bytes.ts";
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
export { recv_fds, send_fds } from "./socket/fds.ts";
export type { SocketFile } from "./socket/file/makefile.ts";
export {
  type BytesWriter,
  DEFAULT_BUFFER_SIZE,
  IOBase,
  LineIO,
  UnsupportedOperation,
} from "./socket/file/base.ts";
export { BufferedRWPair } from "./socket/file/buffered_pair.ts";
export { BufferedReader } from "./socket/file/buffered_reader.ts";
export { BufferedWriter } from "./socket/file/buffered_writer.ts";
export type { ErrorHandler } from "./socket/file/error_handler.ts";
export type { FileMode } from "./socket/file/mode.ts";
export type { Newline } from "./socket/file/newline.ts";
export { type FileSocket, SocketIO } from "./socket/file/raw.ts";
export { TextIOWrapper, type TextOptions } from "./socket/file/text.ts";
export {
  getKeepalive,
  getLinger,
  getUserTimeout,
  type KeepaliveOptions,
  setKeepalive,
  setLinger,
  setUserTimeout,
} from "./socket/keepalive.ts";
export {
  createListeners,
  type CreateListenersOptions,
  createUnixListener,
  type CreateUnixListenerOptions,
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
export { originalDestination } from "./socket/original_destination.ts";
export { segments } from "./socket/segments.ts";
export { splice } from "./socket/splice.ts";
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
  type ExtendedError,
} from "./socket/structures/extended_error.ts";
export {
  type Credentials,
  decodeCredentials,
  decodeLinger,
  encodeCredentials,
  encodeLinger,
  type IoctlOption,
  type Linger,
} from "./socket/structures/options.ts";
export {
  decodePktinfo,
  decodePktinfo6,
  encodePktinfo,
  encodePktinfo6,
  type PacketInfo,
  type PacketInfo6,
} from "./socket/structures/pktinfo.ts";
export { decodeTcpInfo, type TcpInfo } from "./socket/structures/tcp_info.ts";
export {
  decodeTimespec,
  decodeTimestamping,
  decodeTimeval,
  type Timestamp,
  type Timestamping,
} from "./socket/structures/timestamps.ts";
export type { Bytes } from "./errors/arguments.ts";
export {
  getdefaulttimeout,
  setdefaulttimeout,
  SocketBase,
} from "./socket/base.ts";
export {
  type AttemptEvent,
  create_connection,
  create_server,
  type CreateConnectionOptions,
  type CreateServerOptions,
  has_dualstack_ipv6,
  type SocketFactory,
} from "./socket/connect.ts";
export {
  close,
  dup,
  fromfd,
  fromshare,
  type ReadinessOptions,
  socketpair,
  wait_readable,
  wait_writable,
} from "./socket/descriptors.ts";
export type { FileObject } from "./selectors/key.ts";
export {
  BlockingIOError,
  BrokenPipeError,
  ChildProcessError,
  ConnectionAbortedError,
  ConnectionError,
  ConnectionRefusedError,
  ConnectionResetError,
  FileExistsError,
  FileNotFoundError,
  gaierror,
  herror,
  InterruptedError,
  IsADirectoryError,
  NotADirectoryError,
  OSError,
  OSError as error,
  type OSErrorOptions,
  PermissionError,
  ProcessLookupError,
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
  if_indextoname,
  if_nameindex,
  if_nametoindex,
} from "./socket/resolver/interfaces.ts";
export {
  getaddrinfo,
  getfqdn,
  gethostbyaddr,
  gethostbyname,
  gethostbyname_ex,
  getnameinfo,
} from "./socket/lookup.ts";
export {
  gethostname,
  type HostEntry,
  sethostname,
} from "./socket/resolver/hosts.ts";
export type { AddressInfoTuple } from "./socket/resolver/getaddrinfo.ts";
export {
  getprotobyname,
  getservbyname,
  getservbyport,
} from "./socket/resolver/services.ts";
export { Socket, Socket as SocketType } from "./socket/socket.ts";
export { ZeroCopySender } from "./socket/zero_copy.ts";
