/** The golden bytes of macOS's structs, against what a compiler makes of their initialisers. */

import { golden } from "../../socket/address/golden.ts";
import { compile, type Compiler } from "./compiler.ts";
import { addresses, type Sample, structs, unknown } from "./structs.ts";

const hexOf = ({ bytes }: Sample): string => bytes.replace(/\s/g, "");

/** Where each sample begins in the object file: a mark, then its length. */
const markOf = (index: number): string => `@sample ${`${index}`.padStart(7)}`;

/** A compiler's bytes of the samples. */
async function compiled(
  compiler: Compiler,
  samples: readonly Sample[],
): Promise<string[]> {
  const source = samples.map(({ type, value }, i) =>
    `typedef ${type} sample_${i};
    struct { char mark[15]; char end; long size; sample_${i} value; } marked_${i} =
      {"${markOf(i)}", 0, sizeof(sample_${i}), ${value}};`
  ).join("\n");
  const { success, output, complaints } = await compile(
    compiler,
    source,
    "-c",
    "-w",
  );
  if (!success) throw new Error(complaints);
  // Text of its own: every byte one character, so that a place in it is a place in the file.
  const text = new TextDecoder("latin1").decode(output);
  const view = new DataView(output.buffer);
  return samples.map((_, i) => {
    const at = text.indexOf(`${markOf(i)}\0`) + 16;
    const size = Number(view.getBigInt64(at, true));
    return output.subarray(at + 8, at + 8 + size).toHex();
  });
}

/** Addresses of the golden table that no sample proves, and samples that prove none. */
function unproven(): string[] {
  const proved = addresses.map(([family, sample]) =>
    `${family} ${hexOf(sample)}`
  );
  const rows = golden.filter(([on]) => on === "darwin" || on.includes("darwin"))
    .map(([, family, , , bytes]) => `${family} ${bytes}`);
  const families = new Set(addresses.map(([family]) => family));
  return [
    ...proved.filter((one) => !rows.includes(one))
      .map((one) => `the golden table has no ${one}`),
    ...rows.map((one) => one.split(" ")[0]).filter((family) =>
      family.startsWith("AF_") && !families.has(family) && !(family in unknown)
    ).map((family) => `no compiler is asked for an address of ${family}`),
  ];
}

/** Samples whose bytes a compiler makes others. */
export async function samples(compiler: Compiler): Promise<string[]> {
  const all: readonly (readonly [name: string, sample: Sample])[] = [
    ...Object.entries(structs),
    ...addresses,
  ];
  const answers = await compiled(compiler, all.map(([, sample]) => sample));
  console.log(
    `  golden bytes of ${
      Object.keys(structs).length
    } structs and ${addresses.length} addresses`,
  );
  for (const [family, reason] of Object.entries(unknown)) {
    console.log(`  none of ${family}: ${reason}`);
  }
  return [
    ...unproven(),
    ...all.flatMap(([name, sample], i) =>
      // A path's bytes end before the struct does.
      answers[i].startsWith(hexOf(sample)) &&
        /^(00)*$/.test(answers[i].slice(hexOf(sample).length))
        ? []
        : [`${name} is ${hexOf(sample)} here, ${answers[i]} in C`]
    ),
  ];
}
