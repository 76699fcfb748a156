/** The page that each server of this row sends. */
export const page = "Hello from a server.\n".repeat(50);
