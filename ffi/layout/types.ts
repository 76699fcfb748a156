/** The types of the layout tables: the offset and size of each field of a C struct. */

/** The position of a field in its struct, in bytes. */
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

/** The content of a generated file, as far as TypeScript infers it. */
export interface LayoutFile {
  readonly layout: Pick<Layout, "cmsg" | "types">;
}

/**
 * Casts a generated file's layout to `Layout`: the file has the structs too, but not their type.
 */
export function layoutOf({ layout }: LayoutFile): Layout {
  return layout as Layout;
}
