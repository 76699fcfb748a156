/** A Worker that looks names up, and reports every wrong answer. */

import * as socket from "../../mod.ts";

// The names of a Worker, which the project's types lack.
const worker = globalThis as unknown as {
  onmessage: (event: MessageEvent<[index: number, rounds: number]>) => void;
  postMessage(message: "ready" | string[]): void;
};

const services = [
  ["http", 80],
  ["domain", 53],
  ["smtp", 25],
  ["ftp", 21],
] as const;
const protocols = [
  ["tcp", 6],
  ["udp", 17],
  ["icmp", 1],
  ["ipv6-icmp", 58],
  ["sctp", 132],
] as const;

worker.onmessage = ({ data: [index, rounds] }): void => {
  const wrong: string[] = [];
  const expect = (what: string, got: unknown, expected: unknown): void => {
    const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
    if (a !== b) wrong.push(`${what}: ${a} instead of ${b}`);
  };
  const [service, port] = services[index % services.length];
  const [protocol, number] = protocols[index % protocols.length];
  const ip = `127.0.0.${index + 2}`;
  for (let i = 0; i < rounds; i++) {
    expect("getservbyname", socket.getservbyname(service), port);
    expect("getservbyport", socket.getservbyport(port, "tcp"), service);
    expect("getprotobyname", socket.getprotobyname(protocol), number);
    expect("gethostbyname_ex", socket.gethostbyname_ex(ip), [ip, [], [ip]]);
    expect("gethostbyname", socket.gethostbyname("localhost"), "127.0.0.1");
    expect("getaddrinfo", socket.getaddrinfo(ip, port, 0, 1)[0][4], [ip, port]);
    expect(
      "getnameinfo",
      socket.getnameinfo([ip, port], socket.NI_NUMERICHOST),
      [ip, service],
    );
    expect("gethostbyaddr", socket.gethostbyaddr("127.0.0.1")[2], [
      "127.0.0.1",
    ]);
  }
  worker.postMessage(wrong);
};
worker.postMessage("ready");
