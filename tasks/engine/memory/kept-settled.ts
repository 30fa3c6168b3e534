import type { Memory } from './memory.ts'

/** Tasks that were up to date, packed: see `Settled`. */
export interface KeptSettled {
  readonly text: string
  readonly looks: Uint8Array
}

/** What was kept, with the names of those tasks that may not be up to date any more. The memory has to watch changes. */
export function readSettled(
  memory: Memory,
): (KeptSettled & { readonly struck: readonly string[] }) | undefined {
  const [row] = memory.all(
    'select text, looks, names from settled join struck using (taskfile) where taskfile = ? and changes = ?',
    memory.taskfile,
    memory.changes?.first ?? -1,
  )
  if (typeof row?.text !== 'string' || !(row.looks instanceof Uint8Array)) return undefined
  return { text: row.text, looks: row.looks, struck: namesIn(row.names) }
}

/** Takes the place of what was kept before; not where another process has changed records meanwhile. */
export function keepSettled(memory: Memory, { text, looks }: KeptSettled): void {
  if (memory.changes === undefined) return
  const { first, own } = memory.changes
  const count = first + own
  memory.together(() => {
    const kept = memory.run(
      `insert or replace into struck (taskfile, changes, names)
         select ?, count, '' from task_changes where count = ?`,
      memory.taskfile,
      count,
    )
    if (kept > 0)
      memory.run(
        'insert or replace into settled (taskfile, text, looks) values (?, ?, ?)',
        memory.taskfile,
        text,
        looks,
      )
  })
}

/** What was kept goes on to hold, but for the tasks whose records this process has changed. */
export function strikeChanged(memory: Memory): void {
  if (memory.changes === undefined || memory.changes.own === 0) return
  const { first, own, names } = memory.changes
  const [row] = memory.all(
    'select names from struck where taskfile = ? and changes = ?',
    memory.taskfile,
    first,
  )
  if (row === undefined) return
  memory.run(
    `update struck set changes = ?, names = ? where taskfile = ? and changes = ?
       and exists (select 1 from task_changes where count = ?)`,
    first + own,
    [...new Set([...namesIn(row.names), ...names])].join('\n'),
    memory.taskfile,
    first,
    first + own,
  )
}

const namesIn = (struck: unknown): readonly string[] => String(struck).split('\n')
