/** The shape of the struct tables: where each field of a C struct lies. */

/** Where a field lies in its struct, in bytes. */
export interface Field {
  /** The offset from the start of the struct. */
  readonly at: number;
  /** The size of the field; 0 for a flexible array. */
  readonly size: number;
}

/** A C struct: its size, and its fields by their C names. */
export type Struct =
  & { readonly size: number }
  & Readonly<Record<string, Field>>;

/**
 * The structs of a platform by name. A struct that the platform lacks is `undefined`, although the
 * type does not say so: check with `"sockaddr_nl" in layout`.
 */
export type Layout =
  & {
    /** How ancillary data is laid out. */
    readonly cmsg: {
      /** The alignment of a header and of its data: `CMSG_ALIGN` rounds to it. */
      readonly align: number;
      /** The distance from the start of a header to its data: `CMSG_LEN(0)`. */
      readonly header: number;
    };
    /** The sizes of C's basic types by name, such as `long`. */
    readonly types: Readonly<Record<string, number>>;
  }
  & Readonly<Record<string, Struct>>;

/** The content of a generated file. */
export interface LayoutFile {
  readonly layout: Pick<Layout, "cmsg" | "types">;
}

/** The layout in a generated file, which has structs as well but not the type that says so. */
export function layoutOf({ layout }: LayoutFile): Layout {
  return layout as Layout;
}
