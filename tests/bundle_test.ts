/** A program that a bundler minified shows the same names as others. */

import { pathToFileURL } from "node:url";
import { assertEquals } from "@std/assert";
import { bundle, bundler } from "./support/bundle.ts";
import { beside, temporaryFolder } from "./support/files.ts";
import { Peer } from "./support/peer.ts";
import { requires } from "./support/requires.ts";

const root = new URL("../", import.meta.url);

/** What a program shows, with the modules at the given URLs. */
const program = `
  const [mod, async, selectors, bytes, node, netlink] = await Promise.all(
    Deno.args.map((url) => import(url)),
  );
  /** The names of the classes that a module exports. */
  const classes = (module) => Object.fromEntries(
    Object.entries(module)
      .filter(([, value]) => typeof value === "function" && /^class\\b/.test(value))
      .map(([name, { name: own }]) => [name, own]),
  );
  /** Descriptors and ports differ from run to run. */
  const shown = (value) => Deno.inspect(value).replaceAll(/fd=\\d+|\\d{2,}/g, "#");
  const thrown = (call) => {
    try {
      call();
    } catch (error) {
      return [error.name, String(error), Deno.inspect(error).split("\\n")[0]]
        .map((text) => text.replace(/,\\d+\\]/, ",#]"));
    }
  };
  const results = [mod, async, selectors, bytes, node, netlink].map(classes);
  const { AF_UNIX, OSError, Socket, TimeoutError, errno } = mod;
  const server = mod.create_server(["127.0.0.1", 0]);
  const client = mod.create_connection(server.getsockname());
  const silent = new Socket(); // nobody listens
  silent.bind(["127.0.0.1", 0]);
  const awaiting = new async.AsyncSocket();
  const selector = new selectors.DefaultSelector();
  client.settimeout(0.001);
  results.push(
    thrown(() => client.recv(1)),
    thrown(() => new Socket().connect(silent.getsockname())),
    thrown(() => mod.getaddrinfo("127.0.0.1", "no-such-service")),
    thrown(() => client.send(client)),
    thrown(() => client.makefile("w").read()),
    thrown(() => { throw new OSError(errno.EPIPE, "broken"); }),
    [server, client, awaiting, server.accept()[0]].map(shown),
    ["r", "w", "rw", "rb", "wb", "rwb"].map((mode) => shown(client.makefile(mode))),
    shown(client.makefile("rb", 0)),
    shown(selector),
    shown(selector.register(client, 1)),
    shown(selector.get_map()),
    shown(Object.values(mod).find((value) => value instanceof mod.MissingConstant)),
    shown(new bytes.Struct("!H")),
    shown(awaiting[Symbol.asyncIterator]()),
    shown(new mod.MessageVector(client, 1, 1)),
  );
  class OwnError extends TimeoutError {}
  class OwnSocket extends Socket {}
  const Unnamed = (() => class extends OSError {})();
  results.push(
    thrown(() => { throw new OwnError(null, "own"); }),
    thrown(() => { throw new Unnamed(null, "unnamed"); }),
    shown(new OwnSocket()),
  );
  console.log(JSON.stringify(results));
`;

const doors = [
  "mod.ts",
  "async.ts",
  "selectors.ts",
  "bytes.ts",
  "node.ts",
  "netlink.ts",
  "linux.ts",
];

/** The names under which the doors export a class that has another name. */
const aliases: Record<string, string> = {
  SocketType: "Socket",
  socket: "Socket",
  error: "OSError",
  timeout: "TimeoutError",
};

Deno.test({
  ...requires(
    "a minified program shows the same names of classes and errors",
    bundler,
  ),
  async fn() {
    using folder = temporaryFolder();
    const main = `${folder.path}/main.mjs`;
    Deno.writeTextFileSync(main, program);
    const run = async (urls: string[]): Promise<unknown[]> => {
      await using peer = Peer.start(Deno.execPath(), [
        ...["run", "--no-prompt", "--allow-ffi", "--allow-read", "--no-lock"],
        ...[main, ...urls],
      ]);
      return JSON.parse(await peer.rest());
    };
    const bundles = doors.map((door) => {
      const path = `${folder.path}/${door}`.replace(/ts$/, "mjs");
      assertEquals(bundle(beside(`../${door}`), path, ["--minify"]), "");
      return pathToFileURL(path).href;
    });
    const minified = await run(bundles);
    assertEquals(
      minified,
      await run(doors.map((door) => new URL(door, root).href)),
    );
    const [blocking, awaiting, selecting, packing, bridging, netlink] =
      minified as Record<
        string,
        string
      >[];
    assertEquals(packing, { Struct: "Struct" });
    assertEquals(bridging, { SocketDuplex: "SocketDuplex" });
    assertEquals(netlink, { ExtendedAck: "ExtendedAck" });
    const { DefaultSelector: _, ...selectors } = selecting;
    for (const classes of [blocking, awaiting, selectors]) {
      for (const [name, own] of Object.entries(classes)) {
        const isSocket = name === "SocketType" || name === "socket";
        const alias = classes === awaiting && isSocket
          ? "AsyncSocket"
          : aliases[name];
        assertEquals(own, alias ?? name);
      }
    }
  },
});
