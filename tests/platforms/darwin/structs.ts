/**
 * Structs of macOS as C initialises them and as bytes. The tests hold the library against the
 * bytes; `check:darwin` holds the bytes against a compiler.
 */

/** A struct with what is in it. */
export interface Sample {
  /** Its type in C. */
  readonly type: string;
  /** Its initialiser in C. */
  readonly value: string;
  /** The bytes in hexadecimal digits, spaces between fields. */
  readonly bytes: string;
}

/** Stands for an address. */
export const pointer = (digit: number): bigint =>
  BigInt(`0x${`${digit}`.repeat(16)}`);

const zeros = (count: number): string => "00".repeat(count);

/** What the library passes to the system, or gets from it. */
export const structs = {
  message: {
    type: "struct msghdr",
    value: `{
      .msg_name = (void *)0x1111111111111111, .msg_namelen = 16,
      .msg_iov = (void *)0x2222222222222222, .msg_iovlen = 2,
      .msg_control = (void *)0x3333333333333333,
      .msg_controllen = CMSG_SPACE(4) + CMSG_SPACE(5),
    }`,
    bytes: `1111111111111111 10000000 ${zeros(4)}
      2222222222222222 02000000 ${zeros(4)} 3333333333333333 24000000 00000000`,
  },
  /** What the system makes of it when a message came. */
  received: {
    type: "struct msghdr",
    value: `{
      .msg_name = (void *)0x1111111111111111, .msg_namelen = 28,
      .msg_iov = (void *)0x2222222222222222, .msg_iovlen = 1,
      .msg_control = (void *)0x3333333333333333,
      .msg_controllen = CMSG_SPACE(4) + CMSG_LEN(5),
      .msg_flags = MSG_CTRUNC | MSG_EOR,
    }`,
    bytes: `1111111111111111 1c000000 ${zeros(4)}
      2222222222222222 01000000 ${zeros(4)} 3333333333333333 21000000 28000000`,
  },
  vectors: {
    type: "struct { struct iovec both[2]; }",
    value:
      "{{{(void *)0x4444444444444444, 3}, {(void *)0x5555555555555555, 5}}}",
    bytes:
      `4444444444444444 0300000000000000 5555555555555555 0500000000000000`,
  },
  /** Data begins right behind the header, and each item at a multiple of 4. */
  control: {
    type: `struct {
      struct cmsghdr one; char rights[CMSG_SPACE(4) - CMSG_LEN(0)];
      struct cmsghdr other; char data[CMSG_SPACE(5) - CMSG_LEN(0)];
    }`,
    value: `{
      {CMSG_LEN(4), SOL_SOCKET, SCM_RIGHTS}, {3},
      {CMSG_LEN(5), IPPROTO_IPV6, -2}, {1, 2, 3, 4, 5},
    }`,
    bytes: `10000000 ffff0000 01000000 03000000
      11000000 29000000 feffffff 0102030405000000`,
  },
  hints: {
    type: "struct addrinfo",
    value: `{
      .ai_flags = AI_CANONNAME, .ai_family = AF_INET6,
      .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP,
    }`,
    bytes: `02000000 1e000000 01000000 06000000 ${zeros(32)}`,
  },
  /** The name comes before the address. */
  answer: {
    type: "struct addrinfo",
    value: `{
      .ai_family = AF_INET, .ai_socktype = SOCK_STREAM,
      .ai_protocol = IPPROTO_TCP, .ai_addrlen = sizeof(struct sockaddr_in),
      .ai_canonname = (void *)0x1111111111111111,
      .ai_addr = (void *)0x2222222222222222,
      .ai_next = (void *)0x3333333333333333,
    }`,
    bytes: `00000000 02000000 01000000 06000000 10000000 ${zeros(4)}
      1111111111111111 2222222222222222 3333333333333333`,
  },
  changes: {
    type: "struct { struct kevent both[2]; }",
    value: `{{
      {7, EVFILT_READ, EV_ADD | EV_CLEAR | EV_RECEIPT, 0, 0, 0},
      {7, EVFILT_WRITE, EV_ADD | EV_CLEAR | EV_RECEIPT, 0, 0, 0},
    }}`,
    bytes: `0700000000000000 ffff 6100 00000000 ${zeros(8)} ${zeros(8)}
      0700000000000000 feff 6100 00000000 ${zeros(8)} ${zeros(8)}`,
  },
  /** The end of the stream with three bytes before it, then room to write. */
  events: {
    type: "struct { struct kevent both[2]; }",
    value: `{{
      {7, EVFILT_READ, EV_ADD | EV_CLEAR | EV_EOF, 0, 3, 0},
      {9, EVFILT_WRITE, EV_ADD | EV_CLEAR, 0, 8192, 0},
    }}`,
    bytes: `0700000000000000 ffff 2180 00000000 0300000000000000 ${zeros(8)}
      0900000000000000 feff 2100 00000000 0020000000000000 ${zeros(8)}`,
  },
  patience: {
    type: "struct timespec",
    value: "{1, 500000000}",
    bytes: "0100000000000000 0065cd1d00000000",
  },
  poll: {
    type: "struct pollfd",
    value: "{7, POLLIN, 0}",
    bytes: "07000000 0100 0000",
  },
  linger: {
    type: "struct linger",
    value: "{1, 300}",
    bytes: "01000000 2c010000",
  },
  pktinfo: {
    type: "struct in_pktinfo",
    value: "{.ipi_ifindex = 5, .ipi_spec_dst = {0x0100007f}}",
    bytes: "05000000 7f000001 00000000",
  },
  pktinfo6: {
    type: "struct in6_pktinfo",
    value: "{.ipi6_addr = IN6ADDR_LOOPBACK_INIT, .ipi6_ifindex = 5}",
    bytes: `${zeros(15)}01 05000000`,
  },
  time: {
    type: "struct timeval",
    value: "{.tv_sec = 0x67000000, .tv_usec = 999999}",
    bytes: "0000006700000000 3f420f00 00000000",
  },
  credentials: {
    type: "struct xucred",
    value: "{.cr_uid = 501, .cr_ngroups = 2, .cr_groups = {20, 12}}",
    bytes: `00000000 f5010000 0200 0000 14000000 0c000000 ${zeros(56)}`,
  },
} as const satisfies Readonly<Record<string, Sample>>;

/** Addresses of the golden table: family, bytes, and how C makes them. */
export const addresses: readonly (readonly [family: string, Sample])[] = [
  ["AF_INET", {
    type: "struct sockaddr_in",
    value: `{
      .sin_len = sizeof(struct sockaddr_in), .sin_family = AF_INET,
      .sin_port = 0x901f, .sin_addr = {0x0100007f},
    }`,
    bytes: `10021f907f000001${zeros(8)}`,
  }],
  ["AF_INET6", {
    type: "struct sockaddr_in6",
    value: `{
      .sin6_len = sizeof(struct sockaddr_in6), .sin6_family = AF_INET6,
      .sin6_port = 0xbb01, .sin6_flowinfo = 0x45230100,
      .sin6_addr = {{{0x20, 0x01, 0x0d, 0xb8, [15] = 1}}}, .sin6_scope_id = 7,
    }`,
    bytes: `1c1e01bb0001234520010db8${zeros(11)}0107000000`,
  }],
  ["AF_UNIX", unix("/tmp/s", "2f746d702f73")],
  ["AF_UNIX", unix("", "")],
  ["AF_UNIX", unix("p".repeat(103), "70".repeat(103))],
  ["AF_SYSTEM", {
    type: "struct sockaddr_ctl",
    value: `{
      .sc_len = sizeof(struct sockaddr_ctl), .sc_family = AF_SYSTEM,
      .ss_sysaddr = 2 /* AF_SYS_CONTROL */, .sc_id = 2, .sc_unit = 5,
    }`,
    bytes: `202002000200000005000000${zeros(20)}`,
  }],
  ["AF_LINK", {
    type: "struct sockaddr_dl",
    value: `{
      .sdl_len = sizeof(struct sockaddr_dl), .sdl_family = AF_LINK,
      .sdl_index = 4, .sdl_type = 6, .sdl_nlen = 3, .sdl_alen = 6,
      .sdl_data = {'e', 'n', '0', 2, 0, 0, 0, 0, 1},
    }`,
    bytes: "1412040006030600656e30020000000001000000",
  }],
  ["AF_LINK", {
    // Longer than the struct: what comes behind it is its data still.
    type: "struct { struct sockaddr_dl head; char more[7]; }",
    value: `{{
      .sdl_len = 27, .sdl_family = AF_LINK, .sdl_index = 4, .sdl_type = 6,
      .sdl_nlen = 13, .sdl_alen = 6, .sdl_data = "longinterfac",
    }, {'e', 2, 0, 0, 0, 0, 1}}`,
    bytes: "1b120400060d06006c6f6e67696e74657266616365020000000001",
  }],
];

function unix(path: string, hex: string): Sample {
  const length = 2 + path.length + 1;
  return {
    type: "struct sockaddr_un",
    value: `{
      .sun_len = __builtin_offsetof(struct sockaddr_un, sun_path) + sizeof "${path}",
      .sun_family = AF_UNIX, .sun_path = "${path}",
    }`,
    bytes: `${length.toString(16).padStart(2, "0")}01${hex}00`,
  };
}

/** Families of the golden table that the compiler's headers know nothing of. */
export const unknown: Readonly<Record<string, string>> = {
  AF_VSOCK: "the compiler brings no <sys/vsock.h> along",
};
