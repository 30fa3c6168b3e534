import type { Worktree } from '../../../services/contract/worktree-resources.ts'
import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { oneCall } from '../one-call.ts'
import { statusColour } from '../render/paint.ts'
import { relativeTime } from '../render/relative-time.ts'
import { sizeText } from '../render/size-text.ts'
import { type Column, table } from '../render/table.ts'
import type { RenderContext, Words } from './words.ts'

const columns = (now: number): Column<Worktree>[] => [
  { title: 'ID', cell: row => row.id },
  { title: 'STATUS', cell: row => row.status, colour: row => statusColour(row.status) },
  { title: 'REPOSITORY', cell: row => row.repository, flexible: true },
  { title: 'COMMIT', cell: row => row.commit?.slice(0, 12) ?? '-' },
  { title: 'SESSION', cell: row => row.session ?? '-' },
  { title: 'SIZE', cell: row => (row.bytes === null ? '-' : sizeText(row.bytes)) },
  { title: 'USED', cell: row => relativeTime(row.last_used_at, now) },
]

const render =
  (none: string) =>
  (worktrees: readonly Worktree[], context: RenderContext): string =>
    worktrees.length === 0 ? `${none}\n` : table(worktrees, columns(context.now), context)

export const worktreeList: Words<'worktrees.list'> = {
  path: ['worktree', 'list'],
  flags: pageFlags,
  extras: [allFlag],
  examples: ['', '--status warm', '--json'],
  act: listCall(({ worktrees }) => worktrees.list, render('no worktrees')),
}

export const worktreeReclaim: Words<'worktrees.reclaim'> = {
  path: ['worktree', 'reclaim'],
  flags: {
    older_than: { read: 'seconds', value: 'DURATION' },
    repository: { value: 'NAME' },
  },
  examples: ['--older-than 7d', '--older-than 0 --repository demo'],
  act: oneCall('worktrees.reclaim', render('nothing to reclaim')),
}
