import { z } from 'zod'

const line = z.looseObject({
  line: z.int(),
  condition: z.string().optional(),
  hitCondition: z.string().optional(),
  logMessage: z.string().optional(),
})
const fileSchema = z.looseObject({
  source: z.looseObject({ path: z.string() }),
  breakpoints: z.array(line).default([]),
})
const functionsSchema = z.looseObject({
  breakpoints: z.array(z.looseObject({ name: z.string(), condition: z.string().optional() })),
})
export type InFile = z.infer<typeof fileSchema>

/** Where Delve stops for errors of its own accord. */
const errors: ReadonlySet<string> = new Set(['runtime.fatalpanic', 'runtime.fatalthrow', 'runtime.throw'])

/** Where a stop may be of somebody's own; `condition`: if that holds there. */
export type MayStop = {
  readonly reason: 'breakpoint' | 'function breakpoint' | 'exception'
  readonly condition: string | undefined
}

/** The breakpoints of others, as they were last asked for. */
export class TheirBreakpoints {
  readonly #files = new Map<string, InFile>()
  #functions: z.infer<typeof functionsSchema>['breakpoints'] = []

  /** The path of a file whose breakpoints are told anew. */
  heard(command: string, parameters: object): string | undefined {
    if (command === 'setFunctionBreakpoints')
      this.#functions = functionsSchema.safeParse(parameters).data?.breakpoints ?? []
    if (command !== 'setBreakpoints') return undefined
    const { data } = fileSchema.safeParse(parameters)
    if (data !== undefined) this.#files.set(data.source.path, data)
    return data?.source.path
  }

  in(path: string): InFile {
    return this.#files.get(path) ?? { source: { path }, breakpoints: [] }
  }

  /** What a goroutine that stands there may have stopped for. One that counts its hits is not known to have. */
  at(frame: { readonly name: string; readonly line: number; readonly path: string | undefined }): MayStop[] {
    const lines = frame.path === undefined ? [] : this.in(frame.path).breakpoints
    const found: MayStop[] = lines
      .filter(
        one => one.line === frame.line && (one.logMessage ?? '') === '' && (one.hitCondition ?? '') === '',
      )
      .map(({ condition }) => ({ reason: 'breakpoint', condition }))
    for (const { name, condition } of this.#functions)
      if (frame.name === name || frame.name.endsWith(`.${name}`) || frame.name.endsWith(`/${name}`))
        found.push({ reason: 'function breakpoint', condition })
    if (errors.has(frame.name)) found.push({ reason: 'exception', condition: undefined })
    return found
  }
}
