/** This source tree by HTTP, for programs that import it by URL. */

/** Serves the source tree over loopback. */
export function servedTree(): AsyncDisposable & {
  origin: string;
  port: number;
} {
  const root = new URL("../../", import.meta.url);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
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
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
