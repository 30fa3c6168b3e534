import type { ParamDeclaration } from '../engine/params/declaration.ts'
import { takesRest } from '../engine/params/takes-rest.ts'
import { usageOf } from '../engine/params/usage.ts'
import type { Taskfile } from '../engine/taskfile.ts'
import type { Style } from './style.ts'

/** The tasks of a Taskfile, one a line. */
export function listText({ tasks }: Taskfile, style: Style): string {
  return table(
    [...tasks].map(([name, task]) => [style.bold(name), name.length, firstLine(task.options.describe)]),
  )
}

/** The same for programs, with the parameters of each task by its name. */
export function listJson(
  { path, tasks }: Taskfile,
  params: ReadonlyMap<string, readonly ParamDeclaration[]>,
): string {
  const list = [...tasks].map(([name, { options }]) => {
    const own = params.get(name) ?? []
    const usage = usageOf(own, takesRest(options))
    return {
      name,
      describe: options.describe,
      ...(usage !== '' && { usage }),
      ...(own.length > 0 && { params: own }),
      ...(options.rest !== undefined && { rest: options.rest }),
    }
  })
  return `${JSON.stringify({ taskfile: path, tasks: list }, undefined, 2)}\n`
}

/** The coloured text, its width, and what stands beside it. */
export type Row = readonly [text: string, width: number, help: string]

/** Two columns; the first is as wide as its widest text, up to a limit. */
export function table(rows: readonly Row[]): string {
  const widest = Math.min(28, Math.max(0, ...rows.map(([, width]) => width)))
  return rows
    .map(([text, width, help]) => `  ${text}${' '.repeat(Math.max(0, widest - width))}  ${help}`.trimEnd())
    .map(line => `${line}\n`)
    .join('')
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
