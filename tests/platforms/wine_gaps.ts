/** What Wine lacks and Windows has, by the test that needs it. */

/** Test names and reasons. */
export const wineGaps: Readonly<Record<string, string>> = {};
