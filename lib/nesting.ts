/** How deep arguments may nest: as deep as the body of a request. */
export const deepest = 64

/** Whether a value nests deeper than so many levels. */
export const nestsDeeper = (value: unknown, most: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (most === 0 || Object.values(value).some(inner => nestsDeeper(inner, most - 1)))
