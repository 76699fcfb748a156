/**
 * Python's `socket` module on the C library's sockets: raw and packet sockets, every socket option,
 * Unix datagrams, passed and inherited descriptors, and everything else that the system's sockets
 * can do.
 *
 * Names, parameters and behaviour are Python's, so its documentation is the manual:
 * https://docs.python.org/3/library/socket.html. `socket.socket(…)` is `new Socket(…)`,
 * keyword-only parameters are one options object, last or in place of the parameters left out,
 * bytes are `Uint8Array`s, tuples are arrays, `None` is `null`, times are in seconds, and `with` is
 * `using`.
 *
 * Importing needs no permission; the first socket needs `--allow-ffi`.
 *
 * @example Connect, send, receive
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import * as socket from "@libc/socket";
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

import "./socket/modules.ts";

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
  create_connection,
  create_server,
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
export { sockatmark, waitUrgent } from "./socket/urgent.ts";
export {
  close,
  dup,
  fromfd,
  fromshare,
  type ReadinessOptions,
  recv_fds,
  send_fds,
  socketpair,
  wait_readable,
  wait_writable,
} from "./socket/descriptors.ts";
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
  getaddrinfo,
  getfqdn,
  gethostbyaddr,
  gethostbyname,
  gethostbyname_ex,
  getnameinfo,
} from "./socket/lookup.ts";
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
export {
  Socket,
  Socket as socket,
  type SocketConstructor,
} from "./socket/constructor.ts";
export { Socket as SocketType } from "./socket/socket.ts";
export { ZeroCopySender } from "./socket/zero_copy.ts";
