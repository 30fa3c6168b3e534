/** One result of a tool: an object, and where there is more, the cursor that the next call gives to get it. */
export type Part = {
  readonly value: Readonly<Record<string, unknown>>
  readonly cursor?: string | undefined
}

/** What a result may take at the most, in bytes of its JSON text: more floods the context of a model. */
export const mostBytes = 8_192

/** The size of a value as JSON, in bytes. */
export const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '')

/** What is left for the content of a result that has these fields and this cursor already, with what was shortened in it. */
export const roomBeside = (value: Part['value'], cursor: string): number =>
  mostBytes - sizeOf({ ...value, cursor, shortened: [] })
