/** What Wine lacks and Windows has, by the test that needs it. */

const option = "the option is unknown";
const control = "WSASendMsg sends no control data";

/** Test names and reasons. */
export const wineFailures: Readonly<Record<string, string>> = {
  "SO_DONTROUTE of tcp is set and read back": "it reads as set, always",
  "IP_RECVERR of udp is set and read back": option,
  "a user timeout is set in seconds": option,
  "IPV6_TCLASS of udp6 is set and read back": option,
  "values that are not taken are errors of the system":
    "an option's value is cut to what fits",
  "a group that was not joined cannot be left": option,
  "IP_PKTINFO and IP_TTL choose how a datagram goes": control,
  "IPV6_HOPLIMIT chooses how a datagram goes": control,
  "ioctl() turns the loopback's fast path on": "there is none",
  "every example compiles when its file alone is copied":
    "its certificates do not let packages be fetched",
  "examples run when their files alone are copied": "no Unix sockets",
  "the demonstration leaves nothing out": "no Unix sockets",
  "sniffer.ts sees the packets of an address": "no raw socket receives all",
  "multiconn_client tells which connections fail":
    "what was refused receives an end",
  "an awaited wait for urgent data ends with it, and holds up nobody":
    "MSG_OOB finds nothing while another call waits to receive",
  "stop() resets what is left after its timeout (poller)":
    "a reset that WSAPoll sees first may be received as an end",
  "PollSelector says that a closed descriptor is ready":
    "WSAPoll does not count it",
};
