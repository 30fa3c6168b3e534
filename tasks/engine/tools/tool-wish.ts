import type { Tool } from '../task.ts'

/** The version that is any, and for which no program is asked. */
export const anyVersion = '*'

/** What tasks want of one program, asked for its version in one way. */
export interface ToolWish {
  readonly tool: string
  readonly range: string
  readonly args: readonly string[]
  readonly tasks: readonly string[]
  /** What to do where it is not there, as the tasks say it. */
  readonly fixes: readonly string[]
}

/** The same wish of several tasks is one. */
export function wishesOf(
  tasks: readonly { readonly name: string; readonly tools?: Readonly<Record<string, Tool>> | undefined }[],
): readonly ToolWish[] {
  const wishes = new Map<string, ToolWish & { readonly tasks: string[]; readonly fixes: string[] }>()
  for (const { name, tools = {} } of tasks) {
    for (const [tool, wanted] of Object.entries(tools)) {
      const { version, args = ['--version'], fix } = typeof wanted === 'string' ? { version: wanted } : wanted
      const range = version?.trim() || anyVersion
      const key = JSON.stringify([tool, range, args])
      const wish = wishes.get(key) ?? { tool, range, args, tasks: [], fixes: [] }
      wish.tasks.push(name)
      if (fix !== undefined) wish.fixes.push(fix)
      wishes.set(key, wish)
    }
  }
  return [...wishes.values()]
}
