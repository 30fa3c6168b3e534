/** What `task` does beside running tasks, as the first word of a command line. */
export const subcommandNames = ['runs', 'why', 'graph', 'resume', 'cache', 'completions'] as const
export type SubcommandName = (typeof subcommandNames)[number]

/** No task may be called so. */
export const reservedNames: ReadonlySet<string> = new Set(subcommandNames)

const word = '[A-Za-z0-9][A-Za-z0-9_.-]*'
const pattern = new RegExp(`^${word}(:${word})*$`)

/** What is wrong with a task's name, or undefined where nothing is. Names are words, joined by colons. */
export function nameFault(name: string): string | undefined {
  if (reservedNames.has(name)) return `"${name}" is a word of the task command itself`
  if (!pattern.test(name))
    return `${JSON.stringify(name)} is no task name: words joined by colons, as in db:upgrade`
  return undefined
}
