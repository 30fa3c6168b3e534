import type { z } from 'zod'

const longestShown = 200

/** What an agent has printed as one line of JSON. Throws with the line where that is no event of it. */
export function printedEvent<Schema extends z.ZodType>(
  schema: Schema,
  agent: string,
  line: string,
  number: number,
): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(line))
  } catch (cause) {
    const shown = line.length > longestShown ? `${line.slice(0, longestShown)}…` : line
    throw new Error(`line ${number} is no event of ${agent}: ${shown}`, { cause })
  }
}
