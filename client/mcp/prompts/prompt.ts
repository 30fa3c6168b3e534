/** What a name stands for, so that it can be completed. */
export type Named = 'repository' | 'session' | 'command' | 'artifact' | 'stream'

export type Argument = {
  readonly description: string
  readonly required?: true
  readonly named?: Named
}

/** A task that people often give an agent, written out as it is best done with the tools. */
export type Prompt = {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly takes: Readonly<Record<string, Argument>>
  /** What the model is told. The arguments that are required are there. */
  readonly text: (given: Readonly<Record<string, string | undefined>>) => string
}

/** One line each, numbered. */
export const steps = (...lines: readonly (string | undefined)[]): string =>
  lines
    .filter(line => line !== undefined)
    .map((line, i) => `${i + 1}. ${line}`)
    .join('\n')
