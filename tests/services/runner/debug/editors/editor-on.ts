import type { DapAnswer, DebuggedProcess } from '../../../../../services/contract/dap.ts'
import type { DebugRole } from '../../../../../services/contract/debug-control.ts'
import { type ViewerId, viewerId } from '../../../../../services/contract/ids.ts'
import { Editor } from '../../../../../services/runner/debug/editors/editor.ts'
import type { LiveDebugSession } from '../../../../../services/runner/debug/live-debug-session.ts'

/** An editor on a live debug session. */
export function editorOn(
  live: LiveDebugSession,
  options: {
    root?: string
    launches?: boolean
    parent?: ViewerId
    inherits?: string[]
    role?: DebugRole
  } = {},
) {
  const said: DapAnswer[] = []
  const mistakes: unknown[] = []
  const children: DebuggedProcess[] = []
  const id = viewerId.create()
  let closed = false
  let seq = 0
  const editor = new Editor({
    find: () => Promise.resolve(live),
    root: options.root ?? null,
    launches: options.launches ?? false,
    parent: options.parent ?? null,
    inherits: options.inherits ?? [],
    child: child => children.push(child),
    by: { id, user: 'alice', token: null, client: null, role: options.role ?? 'owner' },
    say: answer => said.push(answer),
    closed: () => {
      closed = true
    },
    mistake: error => mistakes.push(error),
  })
  const ask = async (command: string, given: Record<string, unknown> = {}) => {
    const request_seq = ++seq
    await editor.take({ seq: request_seq, type: 'request', command, arguments: given })
    const answer = said.find(one => one.type === 'response' && one.request_seq === request_seq)
    if (answer?.type !== 'response') throw new Error(`${command} was not answered`)
    return answer
  }
  return {
    editor,
    id,
    said,
    children,
    mistakes,
    ask,
    closed: () => closed,
    events: (name: string) => said.filter(one => one.type === 'event' && one.event === name),
    begun: async () => {
      await ask('initialize')
      await ask('attach')
      await ask('configurationDone')
    },
  }
}
