/** What the hosts file and the name service switch say. */

import { assertEquals } from "@std/assert";
import { AF_INET, AF_INET6 } from "../../../mod.ts";
import {
  asksHostsFileFirst,
  parseHosts,
} from "../../../socket/resolver/hosts_file.ts";

Deno.test("the hosts file comes first if the name service switch says so", () => {
  for (
    const [text, expected] of [
      ["hosts: files dns", true],
      ["hosts:files", true],
      ["passwd: files\n\thosts :  files myhostname dns # files", true],
      ["hosts: files  # dns", true],
      ["hosts: dns\nhosts: files", true],
      ["", false],
      ["# hosts: files", false],
      ["hosts: dns files", false],
      ["hosts: mymachines resolve [!UNAVAIL=return] files dns", false],
      ["hosts: files [SUCCESS=merge] dns", false],
      ["hosts: files[SUCCESS=continue] dns", false],
      ["hosts: filesystem dns", false],
      ["hosts: files\nhosts: dns files", false],
      ["networks: files", false],
    ] as const
  ) assertEquals(asksHostsFileFirst(text), expected, text);
});

Deno.test("a hosts file has addresses and their names", () => {
  const text = `# comment
127.0.0.1\tlocalhost
  ::1 LocalHost ip6-localhost # comment
192.0.2.1 a.example a\r
0:0:0::1 b
127.1 c
fe80::1%lo d
nonsense

192.0.2.2`;
  assertEquals(parseHosts(text), [
    { family: AF_INET, address: "127.0.0.1", names: ["localhost"] },
    { family: AF_INET6, address: "::1", names: ["localhost", "ip6-localhost"] },
    { family: AF_INET, address: "192.0.2.1", names: ["a.example", "a"] },
    { family: AF_INET6, address: "::1", names: ["b"] },
    { family: AF_INET, address: "192.0.2.2", names: [] },
  ]);
});
