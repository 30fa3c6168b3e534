import { bearsMark } from './bears-mark.ts'
import { deadlineIn, type EndOptions, endUntilCertain, type Found } from './end-processes.ts'
import { scopeVariable } from './process-scope.ts'
import { environmentReader, processTable } from './process-table.ts'
import { scopeMembers } from './scope-members.ts'

/**
 * Ends what is left of scopes whose owner is gone, by the mark that each of their processes bears: those, their
 * descendants, and the sessions they opened. Looks again until a look finds nothing, for what is being ended may still
 * be starting others.
 *
 * What escapes, beside what escapes a scope: a process that is not below a marked one and has itself been started with
 * another environment, as `env -i` does with the program it becomes.
 */
export async function endMarked(
  marks: ReadonlySet<string>,
  { graceMs = 2_000 }: Pick<EndOptions, 'graceMs'> = {},
): Promise<number> {
  if (marks.size === 0) return 0
  const { ended, killed } = await endUntilCertain(() => findMarked(marks), deadlineIn(graceMs))
  return ended + killed
}

function findMarked(marks: ReadonlySet<string>): Found {
  for (let look = 0; ; look++) {
    const read = environmentReader()
    const { entries, complete } = processTable()
    let unread = false
    const bearers = entries.filter(({ pid, zombie }) => {
      if (zombie) return false
      const bears = bearsMark(pid, scopeVariable, mark => marks.has(mark), read)
      unread ||= bears === undefined
      return bears ?? false
    })
    const pids = new Set(bearers.map(({ pid }) => pid))
    const members = scopeMembers(entries, bearers, ({ pid }) => pids.has(pid))
    // Nobody was seen, but somebody left meanwhile, perhaps a daemon between its two forks: look again.
    const certain = complete && !unread
    if (members.length > 0 || certain || look === 10) return { members, certain }
  }
}
