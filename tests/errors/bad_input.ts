/**
 * Calls that must be refused: for the test of their errors, and a program that counts descriptors.
 */

import * as socket from "../../mod.ts";

const { AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM, SOL_SOCKET, Socket } = socket;

/** The sockets for a call. They may be closed, as arguments are checked first. */
export interface Subjects {
  readonly tcp: socket.Socket;
  readonly udp: socket.Socket;
  readonly tcp6: socket.Socket<socket.Inet6Address>;
  readonly unix: socket.Socket<socket.UnixAddress>;
}

/** Makes the sockets. */
export function subjects(): Subjects & Disposable {
  const made = {
    tcp: new Socket(),
    udp: new Socket(AF_INET, SOCK_DGRAM),
    tcp6: new Socket<socket.Inet6Address>(
      socket.has_dualstack_ipv6() ? AF_INET6 : AF_INET as never,
    ),
    // Not every system has Unix sockets, so this one is a Unix socket in name only. That suffices,
    // as no check of an argument depends on it.
    unix: new Socket(
      AF_UNIX,
      SOCK_DGRAM,
      0,
      new Socket(AF_INET, SOCK_DGRAM).detach(),
    ),
  };
  return {
    ...made,
    [Symbol.dispose]: () => Object.values(made).forEach((each) => each.close()),
  };
}

/**
 * A call, the class of its error, and what its message must contain: usually the argument's name.
 */
export type BadCall = readonly [
  call: string,
  make: (on: Subjects) => unknown,
  error: new (...args: never[]) => Error,
  says: string,
];

// deno-lint-ignore no-explicit-any
const any = (value: unknown): any => value;
const data = new Uint8Array(4);
const detached = new Uint8Array(4);
detached.buffer.transfer();
const shrunk = new Uint8Array(new ArrayBuffer(8, { maxByteLength: 8 }), 4, 4);
(shrunk.buffer as ArrayBuffer).resize(2);
/** How the message of a system error begins. */
const NUMBERED = socket.hasattr("ioctl") ? "[WinError " : "[Errno ";
const local = (port: unknown): [string, number] => ["127.0.0.1", any(port)];

const badPorts: readonly BadCall[] = ([
  [-1, RangeError, "port must be 0-65535, not -1"],
  [65536, RangeError, "port must be 0-65535, not 65536"],
  [1.5, TypeError, "port must be an integer, not 1.5"],
  [NaN, TypeError, "port must be an integer, not NaN"],
  [null, TypeError, "port must be an integer, not null"],
] as const)
  .flatMap(([port, error, says]) =>
    ([
      ["bind", ({ tcp }) => tcp.bind(local(port))],
      ["connect", ({ tcp }) => tcp.connect(local(port))],
      ["connect_ex", ({ tcp }) => tcp.connect_ex(local(port))],
      ["sendto", ({ udp }) => udp.sendto(data, local(port))],
      ["sendmsg", ({ udp }) => udp.sendmsg([data], [], 0, local(port))],
      ["create_server", () => socket.create_server(local(port))],
      ["getnameinfo", () => socket.getnameinfo(local(port), 0)],
      [
        "create_connection's source",
        () => socket.create_connection(local(1), null, local(port)),
      ],
      ["getservbyport", () => socket.getservbyport(any(port))],
      ...(port === null ? [] : [
        [
          "getaddrinfo",
          () => socket.getaddrinfo("127.0.0.1", any(port)),
          // As in Python it is for the resolver to refuse a number.
          error === RangeError ? socket.gaierror : error,
        ] as const,
        [
          "create_connection",
          () => socket.create_connection(local(port)),
        ] as const,
      ]),
    ] as [string, BadCall[1], BadCall[2]?][]).map((
      [call, make, thrown = error],
    ): BadCall => [
      `${call} with port ${port}`,
      make,
      thrown,
      says,
    ])
  );

// deno-fmt-ignore
const others: readonly BadCall[] = [
  ["bind to port \"80\"", ({ tcp }) => tcp.bind(local("80")), TypeError, "port must be an integer, not string"],
  ["connect to port \"80\"", ({ tcp }) => tcp.connect(local("80")), TypeError, "port must be an integer, not string"],

  ["a host with a NUL", ({ tcp }) => tcp.connect(["local\0host", 1]), RangeError, "host: embedded null byte"],
  ["a host with a NUL", ({ tcp6 }) => tcp6.connect(["::1\0", 1]), RangeError, "host: embedded null byte"],
  ["getaddrinfo with a NUL", () => socket.getaddrinfo("a\0", 1), RangeError, "host: embedded null byte"],
  ["getaddrinfo with a NUL", () => socket.getaddrinfo("a", "b\0"), RangeError, "port: embedded null byte"],
  ["gethostbyname with a NUL", () => socket.gethostbyname("a\0"), RangeError, "host"],
  ["gethostbyaddr with a NUL", () => socket.gethostbyaddr("a\0"), RangeError, "host"],
  ["a service with a NUL", () => socket.getservbyname("http\0"), RangeError, "servicename: embedded null byte"],
  ["a protocol with a NUL", () => socket.getservbyname("http", "tcp\0"), RangeError, "protocolname: embedded null byte"],
  ["a protocol with a NUL", () => socket.getprotobyname("tcp\0"), RangeError, "protocolname: embedded null byte"],
  ["an interface with a NUL", () => socket.if_nametoindex("lo\0"), RangeError, "if_name: embedded null byte"],
  ["sethostname with a NUL", () => socket.sethostname("a\0b"), RangeError, "name: embedded null byte"],
  ["a Unix path with a NUL", ({ unix }) => unix.bind("/tmp/a\0b"), RangeError, "address: embedded null byte"],
  ["a service with a lone surrogate", () => socket.getservbyname("http\ud800"), RangeError, "servicename: 'utf-8' codec can't encode character '\\ud800' in position 4: surrogates not allowed"],
  ["a service with a lone surrogate", () => socket.getaddrinfo("127.0.0.1", "😀\udfff"), RangeError, "port: 'utf-8' codec can't encode character '\\udfff' in position 1"],
  ["a protocol with a lone surrogate", () => socket.getservbyport(80, "tcp\ud800"), RangeError, "protocolname: 'utf-8' codec"],
  ["a protocol with a lone surrogate", () => socket.getprotobyname("\ud800tcp"), RangeError, "protocolname: 'utf-8' codec"],
  ["an interface with a lone surrogate", () => socket.if_nametoindex("lo\ud800"), RangeError, "if_name: 'utf-8' codec"],
  ["an interface with a lone surrogate", ({ udp }) => socket.joinGroup(udp, "224.0.0.1", { interface: "\ud800" }), RangeError, "if_name: 'utf-8' codec"],
  ["an interface with a lone surrogate", ({ tcp6 }) => tcp6.bind(["fe80::1%\ud800", 1]), RangeError, ""],
  ["an address with a lone surrogate", () => socket.inet_aton("127.0.0.1\ud800"), RangeError, "ip_string: 'utf-8' codec"],
  ["a host with a lone surrogate", ({ tcp }) => tcp.connect(["\ud800", 1]), RangeError, "host: \"\\ud800\" is not a valid host name"],
  ["a host with a lone surrogate", () => socket.getaddrinfo("a\udc00", 1), RangeError, "host: "],
  ["a host with a lone surrogate", () => socket.gethostbyname("a\udc00"), RangeError, "host: "],
  ["a host with a lone surrogate", () => socket.gethostbyname_ex("a\udc00"), RangeError, "host: "],
  ["a host with a lone surrogate", () => socket.gethostbyaddr("a\udc00"), RangeError, "host: "],
  ["a host with a lone surrogate", () => socket.getfqdn("a\udc00"), RangeError, "host: "],
  ["a host with a lone surrogate", () => socket.sethostname("a\udc00"), RangeError, "name: 'utf-8' codec"],
  ["a file with a lone surrogate", ({ tcp }) => tcp.sendfile("/dev/\ud800"), RangeError, "file: 'utf-8' codec"],
  ["a host that is part of a URL", () => socket.gethostbyname("é/x"), RangeError, "host: \"é/x\" is not a valid host name"],
  ["a host that is part of a URL", () => socket.gethostbyname("u@é"), RangeError, "is not a valid host name"],
  ["a host that is part of a URL", () => socket.getaddrinfo("é:80", 1), RangeError, "is not a valid host name"],
  ["a host that is no string", ({ tcp }) => tcp.connect(any([127, 1])), TypeError, "host must be a string, not 127"],
  ["a host that is no string", () => socket.gethostbyname(any(1)), TypeError, "hostname must be a string, not 1"],
  ["a host that is no string", () => socket.getaddrinfo(any(1), 1), TypeError, "host must be"],

  ["send of a string", ({ tcp }) => tcp.send(any("text")), TypeError, "not string; encode text with TextEncoder, or b() of @libc/socket/bytes"],
  ["sendall of a string", ({ tcp }) => tcp.sendall(any("text")), TypeError, "data must be bytes"],
  ["sendto of a string", ({ udp }) => udp.sendto(any("text"), local(1)), TypeError, "data must be bytes"],
  ["sendmsg of a string", ({ udp }) => udp.sendmsg(any("text")), TypeError, "buffers must be an iterable"],
  ["send of an array", ({ tcp }) => tcp.send(any([1, 2])), TypeError, "data must be bytes (an ArrayBuffer or a view of one), not Array"],
  ["send of null", ({ tcp }) => tcp.send(any(null)), TypeError, "data must be bytes (an ArrayBuffer or a view of one), not null"],
  ["send of a detached buffer", ({ tcp }) => tcp.send(detached), TypeError, "data: its ArrayBuffer was detached"],
  ["send of what lies outside its buffer", ({ tcp }) => tcp.send(shrunk), TypeError, "data: its ArrayBuffer became too small"],
  ["recv_into a detached buffer", ({ tcp }) => tcp.recv_into(detached), TypeError, "buffer: its ArrayBuffer was detached"],
  ["recvfrom_into a detached buffer", ({ tcp }) => tcp.recvfrom_into(detached), TypeError, "buffer: its ArrayBuffer was detached"],
  ["recv_into what lies outside its buffer", ({ tcp }) => tcp.recv_into(shrunk), TypeError, "buffer: its ArrayBuffer became too small"],
  ["recv_into a string", ({ tcp }) => tcp.recv_into(any("room")), TypeError, "buffer must be bytes"],

  ["an address of the wrong shape", ({ tcp }) => tcp.bind(any("127.0.0.1:80")), TypeError, "address must be [host: string, port: number], not string"],
  ["an address of the wrong shape", ({ tcp }) => tcp.bind(any(["127.0.0.1"])), TypeError, "address must be [host: string, port: number], not an array of 1"],
  ["an address of the wrong shape", ({ tcp }) => tcp.connect(any(null)), TypeError, "address must be [host: string, port: number], not null"],
  ["an address of the wrong shape", ({ tcp }) => tcp.connect(any(undefined)), TypeError, "address must be"],
  ["an address of another family", ({ tcp }) => tcp.bind(any(["::1", 1, 0, 0])), TypeError, "not an array of 4"],
  ["an address of another family", ({ tcp }) => tcp.bind(any("/tmp/s")), TypeError, "address must be"],
  ["an address of another family", ({ unix }) => unix.bind(any(local(1))), TypeError, "address must be a path"],
  ["an address of another family", ({ unix }) => unix.sendto(data, any(local(1))), TypeError, "address must be a path"],
  ["sendto without an address", ({ udp }) => udp.sendto(data, any(undefined)), TypeError, "address must be"],
  ["create_connection's shape", () => socket.create_connection(any("localhost:80")), TypeError, "address must be [host, port], not string"],
  ["create_connection's shape", () => socket.create_connection(any(["h"])), TypeError, "address must be [host, port], not an array of 1"],
  ["create_connection's source", () => socket.create_connection(local(1), 1, any("h")), TypeError, "source_address must be [host, port]"],
  ["create_connection's host", () => socket.create_connection(any([undefined, 80])), TypeError, "address: host must be a string or null, not undefined"],
  ["create_server of two arguments", () => socket.create_server(any("127.0.0.1"), any(8080)), TypeError, "address must be [host, port], not two arguments"],
  ["create_server's shape", () => socket.create_server(any("h")), TypeError, "address must be"],
  ["getnameinfo's shape", () => socket.getnameinfo(any("h"), 0), TypeError, "sockaddr must be"],
  ["getnameinfo's flow information", () => socket.getnameinfo(["::1", 1, 0x100000, 0], 0), RangeError, "flowinfo must be 0-1048575"],
  ["a Unix path too long", ({ unix }) => unix.bind("/" + "p".repeat(200)), socket.OSError, "AF_UNIX path too long"],
  ["a host of IPv6 with a scope that is none", ({ tcp6 }) => tcp6.bind(["fe80::1%99999999999", 1]), RangeError, "scope_id must be"],

  ["recv of a negative size", ({ tcp }) => tcp.recv(-1), RangeError, "bufsize must be 0-2147483647, not -1"],
  ["recv of an absurd size", ({ tcp }) => tcp.recv(2 ** 31), RangeError, "bufsize must be 0-2147483647"],
  ["recv of an absurd size", ({ tcp }) => tcp.recv(1e300), RangeError, "bufsize must be"],
  ["recv of NaN", ({ tcp }) => tcp.recv(NaN), TypeError, "bufsize must be an integer"],
  ["recv of nothing said", ({ tcp }) => tcp.recv(any(undefined)), TypeError, "bufsize must be an integer, not undefined"],
  ["recvfrom of a negative size", ({ tcp }) => tcp.recvfrom(-1), RangeError, "bufsize"],
  ["recvmsg of a negative size", ({ tcp }) => tcp.recvmsg(-1), RangeError, "bufsize"],
  ["nbytes beyond the buffer", ({ tcp }) => tcp.recv_into(data, 5), RangeError, "nbytes is greater than the length of the buffer (5 > 4)"],
  ["nbytes beyond the buffer", ({ tcp }) => tcp.recvfrom_into(data.subarray(1), 4), RangeError, "nbytes is greater than the length of the buffer (4 > 3)"],
  ["negative nbytes", ({ tcp }) => tcp.recv_into(data, -1), RangeError, "nbytes must be"],
  ["negative nbytes", ({ tcp }) => tcp.recvfrom_into(data, -1), RangeError, "nbytes must be"],

  ["options of a call that blocks", ({ tcp }) => tcp.recv(1, any({ signal: AbortSignal.abort() })), TypeError, "flags must be an integer, not Object: options come last, and a call that blocks has none"],
  ["flags that are none", ({ tcp }) => tcp.recv(1, any("MSG_PEEK")), TypeError, "flags must be an integer, not string"],
  ["flags that are none", ({ tcp }) => tcp.send(data, 1.5), TypeError, "flags must be an integer, not 1.5"],
  ["flags of too many bits", ({ tcp }) => tcp.send(data, 2 ** 32), RangeError, "flags must be"],
  ["flags that are none", ({ udp }) => udp.sendto(data, any("x"), local(1)), TypeError, "flags must be"],

  ["a negative timeout", ({ tcp }) => tcp.settimeout(-1), RangeError, "timeout: Timeout value out of range"],
  ["a timeout that is not a number", ({ tcp }) => tcp.settimeout(NaN), RangeError, "timeout: Invalid value NaN (not a number)"],
  ["an endless timeout", ({ tcp }) => tcp.settimeout(Infinity), RangeError, "timeout: Timeout value out of range"],
  ["a timeout of text", ({ tcp }) => tcp.settimeout(any("1")), TypeError, "timeout must be a number of seconds or null, not string"],
  ["a negative default timeout", () => socket.setdefaulttimeout(-0.5), RangeError, "timeout"],
  ["a timeout that is left out", ({ tcp }) => tcp.settimeout(any(undefined)), TypeError, "timeout must be a number of seconds or null, not undefined"],
  ["setblocking of nothing", ({ tcp }) => tcp.setblocking(any(undefined)), TypeError, "flag must be an integer, not undefined"],
  ["setblocking of text", ({ tcp }) => tcp.setblocking(any("false")), TypeError, "flag must be an integer, not string"],
  ["create_connection's timeout", () => socket.create_connection(local(1), -1), RangeError, "timeout"],

  ["a backlog that is none", ({ tcp }) => tcp.listen(1.5), TypeError, "backlog must be an integer, not 1.5"],
  ["a backlog that is none", () => socket.create_server(local(0), { backlog: 1.5 }), TypeError, "backlog must be an integer, not 1.5"],
  ["dualstack_ipv6 of IPv4", () => socket.create_server(local(0), { dualstack_ipv6: true }), RangeError, "dualstack_ipv6"],
  ["shutdown of what", ({ tcp }) => tcp.shutdown(any("w")), TypeError, "how must be an integer"],
  ["a family that is none", () => new Socket(any("AF_INET")), TypeError, "family must be an integer, not string"],
  ["a type that is none", () => new Socket(AF_INET, any("SOCK_STREAM")), TypeError, "type must be an integer, not string"],
  ["a protocol that is none", () => new Socket(AF_INET, null, 1.5), TypeError, "proto must be an integer, not 1.5"],
  ["a descriptor that is none", () => new Socket(null, null, null, any("0")), TypeError, "fileno must be an integer, not string"],
  ["a negative descriptor", () => new Socket(null, null, null, -5), RangeError, "negative file descriptor"],
  ["a descriptor that is none", () => socket.fromfd(any("0"), AF_INET, 1), TypeError, "fd must be an integer"],
  ["a descriptor that is none", () => socket.dup(1.5), TypeError, "fd must be an integer"],
  ["a descriptor that is none", () => socket.close(any(null)), TypeError, "fd must be an integer, not null"],
  ["a descriptor that is no socket", () => socket.fromfd(0, AF_INET, 1), socket.OSError, NUMBERED],
  ["a pair of a family that has none", () => socket.socketpair(any(9999)), socket.OSError, NUMBERED],
  ["a socket of a family that is none", () => new Socket<socket.Address>(9999), socket.OSError, NUMBERED],

  ["an option's level", ({ tcp }) => tcp.setsockopt(any("x"), 1, 1), TypeError, "level must be an integer"],
  ["an option's number", ({ tcp }) => tcp.getsockopt(SOL_SOCKET, any("x")), TypeError, "optname must be an integer"],
  ["an option's length", ({ tcp }) => tcp.getsockopt(SOL_SOCKET, socket.SO_TYPE, 1025), RangeError, "buflen must be 0-1024, not 1025"],
  ["an option's length", ({ tcp }) => tcp.getsockopt(SOL_SOCKET, socket.SO_TYPE, -1), RangeError, "buflen must be 0-1024"],
  ["an option's value", ({ tcp }) => tcp.setsockopt(SOL_SOCKET, socket.SO_REUSEADDR, any("1")), TypeError, "value must be"],
  ["an option's value", ({ tcp }) => tcp.setsockopt(SOL_SOCKET, socket.SO_REUSEADDR, 2 ** 32), RangeError, "value must be"],
  ["an option's value", ({ tcp }) => tcp.setsockopt(SOL_SOCKET, socket.SO_REUSEADDR, 0.5), TypeError, "value must be an integer, not 0.5"],
  ["an option's value", ({ tcp }) => tcp.setsockopt(SOL_SOCKET, socket.SO_REUSEADDR, detached), TypeError, "value: its ArrayBuffer was detached"],
  ["null without a length", ({ tcp }) => tcp.setsockopt(SOL_SOCKET, socket.SO_REUSEADDR, any(null)), TypeError, "optlen goes with the value null"],
  ["a length without null", ({ tcp }) => any(tcp).setsockopt(SOL_SOCKET, socket.SO_REUSEADDR, 1, 4), TypeError, "null with optlen"],

  ["an IPv4 text that is none", () => socket.inet_aton("1.2.3.256"), socket.OSError, "illegal IP address string passed to inet_aton"],
  ["an IPv4 text that is none", () => socket.inet_pton(AF_INET, "127.1"), socket.OSError, "illegal IP address string passed to inet_pton"],
  ["an IPv6 text that is none", () => socket.inet_pton(AF_INET6, "1::2::3"), socket.OSError, "illegal IP address string passed to inet_pton"],
  ["an IP text that is none", () => socket.inet_pton(AF_INET, any(1)), TypeError, "ip_string must be a string, not 1"],
  ["an IP text with a NUL", () => socket.inet_pton(AF_INET6, "::1\0"), RangeError, "ip_string: embedded null byte"],
  ["an IP text with a NUL", () => socket.inet_aton("127.0.0.1\0"), RangeError, "ip_string: embedded null byte"],
  ["a packed address too short", () => socket.inet_ntoa(data.subarray(1)), socket.OSError, "packed IP wrong length for inet_ntoa"],
  ["a packed address too short", () => socket.inet_ntop(AF_INET6, data), RangeError, "packed_ip: invalid length"],
  ["a packed address of no family", () => socket.inet_ntop(AF_UNIX, data), RangeError, "unknown address family"],
  ["a packed address as text", () => socket.inet_ntoa(any("1234")), TypeError, "packed_ip must be bytes"],
  ["an unknown service", () => socket.getservbyname("no-such-service"), socket.OSError, "service/proto not found"],
  ["an unknown protocol of a service", () => socket.getservbyname("http", "no-such-protocol"), socket.OSError, "service/proto not found"],
  ["an unknown port", () => socket.getservbyport(65535), socket.OSError, "port/proto not found"],
  ["an unknown protocol", () => socket.getprotobyname("no-such-protocol"), socket.OSError, "protocol not found"],
  ["an unknown interface", () => socket.if_nametoindex("no-such-if"), socket.OSError, "no interface with this name"],
  ["an interface of no number", () => socket.if_indextoname(-1), RangeError, "if_index must be 0-4294967295"],
  ["an unknown interface", () => socket.if_indextoname(0x7ffffff0), socket.OSError, NUMBERED],
  ["byte order of too large a number", () => socket.htons(65536), RangeError, "x must be 0-65535, not 65536"],
  ["byte order of a negative number", () => socket.htonl(-1), RangeError, "x must be 0-4294967295, not -1"],
  ["byte order of a fraction", () => socket.ntohl(1.5), TypeError, "x must be an integer, not 1.5"],
  ["byte order of text", () => socket.ntohs(any("1")), TypeError, "x must be an integer, not string"],
];

/** Calls with constants of each platform. The error names those that the running platform lacks. */
const lacking: readonly BadCall[] = ([
  [
    "AF_SYSTEM",
    () => new Socket<socket.Address>(any(socket.AF_SYSTEM)),
    "family: ",
  ],
  [
    "AF_HYPERV",
    () => new Socket<socket.Address>(any(socket.AF_HYPERV)),
    "family: ",
  ],
  [
    "SO_EXCLUSIVEADDRUSE",
    ({ tcp }: Subjects) =>
      tcp.setsockopt(SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1),
    "optname: ",
  ],
  [
    "SO_EXCLUSIVEADDRUSE",
    ({ tcp }: Subjects) =>
      tcp.getsockopt(SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE),
    "optname: ",
  ],
  ["MSG_BCAST", ({ tcp }: Subjects) => tcp.recv(1, socket.MSG_BCAST), ""],
  [
    "MSG_BCAST",
    ({ tcp }: Subjects) => tcp.send(data, socket.MSG_BCAST | 1),
    "",
  ],
  [
    "MSG_BCAST",
    ({ tcp }: Subjects) =>
      tcp.setsockopt(SOL_SOCKET, socket.SO_REUSEADDR, socket.MSG_BCAST),
    "value: ",
  ],
  [
    "SYSPROTO_CONTROL",
    () => new Socket(AF_INET, null, socket.SYSPROTO_CONTROL),
    "proto: ",
  ],
] as [string, BadCall[1], string][])
  .filter(([name]) => !socket.hasattr(name))
  .map(([name, make, prefix]): BadCall => [
    `the constant ${name} that is missing here`,
    make,
    RangeError,
    `${prefix}${name} is not available on`,
  ]);

/** Every call that must be refused. */
export const badCalls: readonly BadCall[] = [
  ...badPorts,
  ...others,
  ...lacking,
];
