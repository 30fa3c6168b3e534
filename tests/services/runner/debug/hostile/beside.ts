import { viewerId } from '../../../../../services/contract/ids.ts'
import { Editor } from '../../../../../services/runner/debug/editors/editor.ts'
import type { LiveDebugSession } from '../../../../../services/runner/debug/live-debug-session.ts'

/** An editor beside the others on a debug session, from its beginning on: what it has been told, and what failed of it. */
export function editorBeside(live: LiveDebugSession) {
  const mistakes: unknown[] = []
  let seq = 0
  let said = 0
  const editor = new Editor({
    find: () => Promise.resolve(live),
    root: null,
    launches: false,
    parent: null,
    inherits: [],
    child: () => undefined,
    by: { id: viewerId.create(), user: 'alice', token: null, client: null, role: 'owner' },
    say: answer => {
      said += JSON.stringify(answer).length
    },
    closed: () => undefined,
    mistake: (error, command) => mistakes.push({ command, error }),
  })
  const ask = async (command: string, given: Record<string, unknown> = {}) =>
    editor.take({ seq: ++seq, type: 'request', command, arguments: given })
  const beginning = (async () => {
    for (const command of ['initialize', 'attach', 'configurationDone']) await ask(command)
  })()
  return {
    mistakes,
    /** All that an editor looks at when a debuggee stands, and that it goes. */
    async looks(): Promise<number> {
      await beginning
      await ask('threads')
      await ask('stackTrace', { threadId: 1, startFrame: 0, levels: 20 })
      await ask('scopes', { frameId: 10 })
      await ask('variables', { variablesReference: 100 })
      await ask('setBreakpoints', { source: { path: 'app.py' }, breakpoints: [{ line: 9 }] })
      await ask('loadedSources')
      return said
    },
    async goes(): Promise<void> {
      await ask('disconnect')
    },
  }
}
