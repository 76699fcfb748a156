/** A browser without a window, steered by Chrome's DevTools protocol. */

import { temporaryFolder } from "./files.ts";
import { canRun } from "./requires.ts";

/** The browser of this machine, if it has one. */
export const browser: string | undefined = [
  "chromium-headless-shell",
  "chromium",
  "google-chrome",
].find((program) => canRun(program));

/** An answer of the protocol, or an event. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A page of a browser that was started for it. */
export class BrowserPage implements AsyncDisposable {
  #nextId = 1;
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #events = new Map<string, PromiseWithResolvers<void>>();

  private constructor(
    private readonly process: Deno.ChildProcess,
    private readonly profile: Disposable,
    private readonly connection: WebSocket,
  ) {
    connection.onmessage = ({ data }) => {
      const { id, method, result, error }: Message = JSON.parse(data);
      if (method !== undefined) this.#events.get(method)?.resolve();
      if (id === undefined) return;
      const answer = this.#answers.get(id);
      this.#answers.delete(id);
      if (error) answer?.reject(new Error(error.message));
      else answer?.resolve(result);
    };
  }

  /** Starts the browser with an empty page. */
  static async start(): Promise<BrowserPage> {
    const profile = temporaryFolder();
    const process = new Deno.Command(browser!, {
      args: [
        ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"],
        ...["--disable-dev-shm-usage", "--remote-debugging-port=0"],
        ...[`--user-data-dir=${profile.path}`, "about:blank"],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const output = process.stderr.pipeThrough(new TextDecoderStream());
    let printed = "";
    let origin: string | undefined;
    for await (const text of output.values({ preventCancel: true })) {
      printed += text;
      origin = /ws:\/\/(\S+?)\/devtools\/\S+\n/.exec(printed)?.[1];
      if (origin) break;
    }
    output.pipeTo(new WritableStream()); // it goes on printing
    if (!origin) throw new Error(`the browser did not start: ${printed}`);
    const pages = await (await fetch(`http://${origin}/json/list`)).json();
    const { webSocketDebuggerUrl } = pages.find(
      ({ type }: { type: string }) => type === "page",
    );
    const connection = new WebSocket(webSocketDebuggerUrl);
    await new Promise((resolve, reject) => {
      connection.onopen = resolve;
      connection.onerror = reject;
    });
    const page = new BrowserPage(process, profile, connection);
    await page.#call("Page.enable");
    return page;
  }

  #call(method: string, params: object = {}): Promise<unknown> {
    const id = this.#nextId++;
    const answer = Promise.withResolvers<unknown>();
    this.#answers.set(id, answer);
    this.connection.send(JSON.stringify({ id, method, params }));
    return answer.promise;
  }

  /** Does something that loads a page, and waits until it is loaded. */
  async loading(action: () => Promise<unknown>): Promise<void> {
    const loaded = Promise.withResolvers<void>();
    this.#events.set("Page.loadEventFired", loaded);
    await action();
    await loaded.promise;
  }

  /** Opens a URL. */
  open(url: string): Promise<void> {
    return this.loading(() => this.#call("Page.navigate", { url }));
  }

  /** Types a text where the focus is. */
  async type(text: string): Promise<void> {
    await this.#call("Input.insertText", { text });
  }

  /** Returns the value of an expression in the page, or that of its promise. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#call("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    }) as { result: { value: unknown }; exceptionDetails?: object };
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  }

  /** Ends the browser. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.connection.onclose = resolve);
    await this.#call("Browser.close");
    await closed;
    await this.process.status;
    this.profile[Symbol.dispose]();
  }
}
