import { options } from '../engine/command-line.ts'
import type { Plan } from '../engine/plan.ts'
import type { Task } from '../engine/task.ts'
import type { Taskfile } from '../engine/taskfile.ts'
import { count, plainLine } from './plain-text.ts'
import type { Style } from './style.ts'

/** The tasks of a Taskfile, one a line. */
export function listText({ tasks }: Taskfile, style: Style): string {
  return table([...tasks].map(([name, task]) => [style.bold(name), name.length, firstLine(task.describe)]))
}

/** The same for programs. */
export function listJson({ path, tasks }: Taskfile): string {
  const list = [...tasks].map(([name, { describe, args }]) => ({
    name,
    describe,
    ...(args && { usage: args.usage }),
  }))
  return `${JSON.stringify({ taskfile: path, tasks: list }, undefined, 2)}\n`
}

/** What would run, in the order in which one job would run it, and beneath a step what its look told of it. */
export function planText(
  { steps }: Plan,
  jobs: number,
  style: Style,
  looks: ReadonlyMap<string, string> = new Map(),
): string {
  const width = String(steps.length).length
  const lines = steps.map(({ name, needs, args }, i) => {
    const words = args.length > 0 ? ` ${args.join(' ')}` : ''
    const after = needs.length > 0 ? `  after ${[...new Set(needs.map(need => need.name))].join(', ')}` : ''
    const look = looks.get(name)
    const beneath =
      look === undefined ? '' : `${' '.repeat(width + 4)}${style.dim(plainLine(firstLine(look)))}\n`
    return `${String(i + 1).padStart(width)}  ${style.bold(name)}${words}${style.dim(after)}\n${beneath}`
  })
  return `${lines.join('')}${style.dim(`${count(steps.length, 'task')}, ${jobs} at once`)}\n`
}

/** Help for the command itself, without the list of tasks. */
export function usageText(style: Style): string {
  const rows = options.map(({ names, value, help }): Row => {
    const [long = '', short] = names
    const text = `${short === undefined ? '    ' : `${short}, `}${long}${value === undefined ? '' : ` ${value}`}`
    return [text, text.length, help]
  })
  return `${style.bold('Usage:')} task [options] NAME [NAME …]\n       task [options] NAME ARGUMENTS\n\n${style.bold('Options:')}\n${table(rows)}\n${style.bold('Examples:')}\n${table(examples.map(([text, help]) => [text, text.length, help]))}`
}

const examples: readonly (readonly [text: string, help: string])[] = [
  ['task -j 4 build test', 'two tasks and what they need, four at once'],
  ['task -r junit=out.xml test', 'the usual output, and a report for a server'],
  ['task -r json test', 'events for a program, one a line'],
  ['task --trace run.json build', 'for ui.perfetto.dev'],
]

/** Help for one task. */
export function taskHelp(name: string, { describe, args }: Task, style: Style): string {
  return `${describe}\n\n${style.bold('Usage:')} task ${name}${args === undefined ? '' : ` ${args.usage}`}\n`
}

type Row = readonly [text: string, width: number, help: string]

function table(rows: readonly Row[]): string {
  const widest = Math.min(28, Math.max(0, ...rows.map(([, width]) => width)))
  return rows
    .map(([text, width, help]) => `  ${text}${' '.repeat(Math.max(0, widest - width))}  ${help}\n`)
    .join('')
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
