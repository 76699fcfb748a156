/**
 * The shape of the struct tables: where each field of a C struct lies.
 *
 * @module
 */

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
 * The structs of a platform by name. A struct that the platform lacks is
 * `undefined`, whatever the type says: ask with `"sockaddr_nl" in layout`.
 */
export type Layout =
  & {
    /** How ancillary data is laid out. */
    readonly cmsg: {
      /** The alignment of a header and of its data: `CMSG_ALIGN` rounds to it. */
      readonly align: number;
      /** From the start of a header to its data: `CMSG_LEN(0)`. */
      readonly header: number;
    };
    /** The sizes of C's basic types by name, such as `long`. */
    readonly types: Readonly<Record<string, number>>;
  }
  & Readonly<Record<string, Struct>>;

/** What the generated files write down: the same without the types' finesse. */
interface Written {
  readonly cmsg: Layout["cmsg"];
  readonly types: Layout["types"];
  readonly structs: Readonly<
    Record<string, Readonly<Record<string, number | Field>>>
  >;
}

/** Makes a layout of what a generated file writes down. */
export function define({ structs, ...rest }: Written): Layout {
  return { ...structs, ...rest } as Layout;
}
