/** After how many failures in a row nobody waits for a server any more: it is tried again now and then, and gone meanwhile. */
export const trippedAfter = 5

/** How long after its so many-th failure in a row a server is tried again, in milliseconds. */
export const backOff = (failures: number): number => Math.min(60_000, 100 * 2 ** Math.max(0, failures - 1))
