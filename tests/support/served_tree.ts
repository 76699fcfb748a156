/** A tree of files by HTTP, for programs that import it by URL. */

/**
 * Serves a tree over loopback; `requests` are the paths that were asked for.
 *
 * @param root the folder's URL; this source tree if left out
 */
export function servedTree(
  root = new URL("../../", import.meta.url),
): AsyncDisposable & {
  origin: string;
  port: number;
  requests: string[];
} {
  const requests: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      requests.push(new URL(request.url).pathname);
      try {
        const path = `.${new URL(request.url).pathname}`;
        return new Response(await Deno.readFile(new URL(path, root)), {
          headers: {
            "content-type": path.endsWith(".js")
              ? "text/javascript"
              : path.endsWith(".json")
              ? "application/json"
              : "application/typescript",
          },
        });
      } catch {
        return new Response(null, { status: 404 });
      }
    },
  );
  const { port } = server.addr;
  return {
    port,
    requests,
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
