/** The chart in the README: a bar for each comparison, starting at 1. */

import type { Comparison, Outcome } from "./outcome.ts";

const WIDTH = 860;
const LABELS = 420; // the x position where the scale begins
const VALUES = 760; // and where it ends, in pixels
const BAR = 12;
const LINE = 20;
const HEAD = 22; // the height of a row's title
const TOP = 58;
const MARKS = [0.5, 0.7, 1, 1.5, 2, 3, 4];

const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #57606a; }
    .row { font-weight: 600; }
    .scale, .limit { stroke: #8b949e; }
    .scale { opacity: 0.35; }
    .one { stroke: #8b949e; stroke-width: 2; }
    .reached { fill: #2da44e; }
    .missed { fill: #d4762c; }
    .free { fill: #6e7f91; }
    .spread { stroke: #57606a; }
    .limit { stroke-width: 2; }
    @media (prefers-color-scheme: dark) {
      text { fill: #b1bac4; }
      .spread { stroke: #b1bac4; }
    }
  `;

/** The x position of a ratio on the logarithmic scale, limited to its ends. */
function place(ratio: number): number {
  const [least, most] = [MARKS[0], MARKS.at(-1)!].map(Math.log);
  const inside = Math.min(Math.max(Math.log(ratio), least), most);
  return LABELS + (inside - least) / (most - least) * (VALUES - LABELS);
}

/**
 * Draws the comparisons by ratio as an SVG. Further right is always better: where lower figures are
 * better, the bar is the peer's figure divided by ours.
 *
 * @param outcomes the rows; those compared by difference are left out
 * @param captions lines that describe the machine
 */
export function chart(
  outcomes: readonly Outcome[],
  captions: readonly string[],
): string {
  const parts: string[] = [];
  let y = TOP;
  for (const { name, better, comparison, comparisons } of outcomes) {
    const peers = comparisons.filter(({ compared }) => compared !== undefined);
    if (comparison !== "ratio" || peers.length === 0) continue;
    y += HEAD;
    parts.push(text(0, y - 6, escape(name), "row"));
    for (const peer of peers) {
      parts.push(...bar(y, peer, better === "lower"));
      y += LINE;
    }
  }
  const scale = MARKS.map((mark) =>
    text(place(mark), TOP - 8, `${mark}×`, "", "middle") +
    vertical(place(mark), TOP, y, mark === 1 ? "one" : "scale")
  );
  const title = "@libc/socket beside its peers: longer to the right is better";
  return `<!-- deno-fmt-ignore-file -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${
    y + 14 + captions.length * LINE
  }" width="${WIDTH}" role="img" aria-label="${title}">
  <style>${STYLE}</style>
  ${
    [
      text(0, 18, title, "row"),
      ...scale,
      ...parts,
      ...captions.map((caption, i) =>
        text(0, y + 24 + i * LINE, escape(caption))
      ),
    ].join("\n  ")
  }
</svg>
`;
}

function bar(y: number, peer: Comparison, inverse: boolean): string[] {
  const better = (ratio: number): number => inverse ? 1 / ratio : ratio;
  const [low, median, high] = peer.compared!.map((ratio) =>
    place(better(ratio))
  );
  const one = place(1);
  const middle = y + BAR / 2 + 1;
  const kind = peer.limit === undefined
    ? "free"
    : peer.reached
    ? "reached"
    : "missed";
  const parts = [
    text(LABELS - 12, y + BAR - 1, `to ${escape(peer.peer)}`, "", "end"),
    `<rect class="${kind}" x="${at(Math.min(one, median))}" y="${
      y + 1
    }" width="${at(Math.max(Math.abs(median - one), 1))}" height="${BAR}"/>`,
    `<line class="spread" x1="${at(low)}" y1="${middle}" x2="${
      at(high)
    }" y2="${middle}"/>`,
    text(VALUES + 12, y + BAR - 1, `${better(peer.compared![1]).toFixed(2)}×`),
  ];
  if (peer.limit !== undefined) {
    parts.push(
      vertical(place(better(peer.limit)), y - 1, y + BAR + 3, "limit"),
    );
  }
  return parts;
}

function text(
  x: number,
  y: number,
  content: string,
  kind = "",
  anchor = "",
): string {
  const style = kind && ` class="${kind}"`;
  const side = anchor && ` text-anchor="${anchor}"`;
  return `<text x="${at(x)}" y="${at(y)}"${style}${side}>${content}</text>`;
}

function vertical(x: number, y1: number, y2: number, kind: string): string {
  return `<line class="${kind}" x1="${at(x)}" y1="${y1}" x2="${
    at(x)
  }" y2="${y2}"/>`;
}

function at(position: number): string {
  return String(Math.round(position * 10) / 10);
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
