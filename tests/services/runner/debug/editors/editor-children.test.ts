import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { wishAgain } from '../../../../../services/contract/debug-breakpoints.ts'
import type { LiveChildren } from '../../../../../services/runner/debug/children/live-children.ts'
import { DebuggeeEditors } from '../../../../../services/runner/debug/editors/debuggee-editors.ts'
import type { LiveDebugSession } from '../../../../../services/runner/debug/live-debug-session.ts'
import { until } from '../../../../until.ts'
import { noRequest, scriptedRig } from '../live-rig.ts'
import type { Script } from '../scripted-adapter.ts'
import { editorOn } from './editor-on.ts'

const verified = [70, 71, 72].map(id => ({ id, verified: true }))
const script: Script = {
  initialize: { body: { supportsConfigurationDoneRequest: true }, events: [{ event: 'initialized' }] },
  setBreakpoints: { body: { breakpoints: verified } },
}

/** What one has started, as a test says. */
class Children implements LiveChildren {
  readonly all: LiveDebugSession[] = []
  readonly #watchers = new Set<() => void>()
  told = () => []
  next = () => this.all

  watch(changed: () => void): Disposable {
    this.#watchers.add(changed)
    return { [Symbol.dispose]: () => void this.#watchers.delete(changed) }
  }

  are(...all: LiveDebugSession[]): void {
    this.all.splice(0, this.all.length, ...all)
    for (const changed of this.#watchers) changed()
  }

  get watched(): number {
    return this.#watchers.size
  }
}

async function parentRig(t: Test) {
  const children = new Children()
  const { live } = await scriptedRig(t, script, { children })
  return { live, children }
}

/** A process that another has started, with the breakpoints of that. */
async function childRig(t: Test, { identity, breakpoints, editors }: LiveDebugSession) {
  const wishes = breakpoints.list.told().flatMap(one => wishAgain(one) ?? [])
  const children = new Children()
  const { live } = await scriptedRig(t, script, {
    ...{ children, parent: identity.id, request: { ...noRequest, breakpoints: wishes } },
    editors: new DebuggeeEditors(editors.claims.handedDown()),
  })
  await live.whenLaunched()
  const lines = () => live.breakpoints.list.told().map(told => (told.kind === 'line' ? told.line : 0))
  writeFileSync(join(live.paths.top, 'a.py'), 'one\ntwo\nthree\n')
  return { live, children, lines }
}

const set = (of: ReturnType<typeof editorOn>, live: LiveDebugSession, ...lines: number[]) => {
  writeFileSync(join(live.paths.top, 'a.py'), 'one\ntwo\nthree\n')
  const source = { path: join(live.paths.top, 'a.py') }
  return of.ask('setBreakpoints', { source, breakpoints: lines.map(line => ({ line })) })
}

t.test('an editor is told of each process once, when it is ready', async t => {
  const { live, children } = await parentRig(t)
  const first = await childRig(t, live)
  const second = await childRig(t, live)
  const editor = editorOn(live)
  await editor.ask('attach')
  children.are(first.live)
  t.same(editor.children, [], 'not before it has said where to stop')
  await editor.ask('configurationDone')
  const of = { process: 4711, parent: editor.id }
  t.same(editor.children, [{ ...of, debug: first.live.identity.id }])
  children.are(first.live, second.live)
  t.same(editor.children.slice(1), [{ ...of, debug: second.live.identity.id }])
  await editor.editor.leave()
  t.equal(children.watched, 0)
})

t.test(
  'what a process has started is told by its connection, and by the one above where it is gone',
  async t => {
    const { live, children } = await parentRig(t)
    const child = await childRig(t, live)
    const grandchild = await childRig(t, child.live)
    const last = await childRig(t, child.live)
    const editor = editorOn(live)
    await editor.begun()
    children.are(child.live)
    const below = editorOn(child.live, { parent: editor.id })
    await below.begun()
    const { body } = await below.ask('initialize')
    t.match(body, { supportsRestartRequest: false }, 'what is launched anew is the whole program')
    child.children.are(grandchild.live)
    t.match(below.children, [{ debug: grandchild.live.identity.id, parent: editor.id }])
    children.are(grandchild.live, last.live)
    t.same(
      editor.children.map(({ debug }) => debug),
      [child.live.identity.id, last.live.identity.id],
    )
  },
)

t.test("an editor's breakpoints are its own in the processes below as well", async t => {
  const { live, children } = await parentRig(t)
  const editor = editorOn(live)
  await editor.begun()
  await set(editor, live, 1, 2)
  const child = await childRig(t, live)
  children.are(child.live)
  t.same(child.lines(), [1, 2])
  const below = editorOn(child.live, { parent: editor.id })
  await below.ask('attach')
  t.match(
    below.events('capabilities'),
    [{ body: { capabilities: { supportsConfigurationDoneRequest: true, supportsStepBack: false } } }],
    'what another debuggee could is taken back',
  )
  await set(below, child.live, 2, 3)
  await below.ask('configurationDone')
  t.same(child.lines(), [2, 3], 'what it takes away there is gone')
  await editor.editor.leave()
  t.same(child.lines(), [2, 3], 'it is there still')
  await below.editor.leave()
  t.same(child.lines(), [])
})

t.test(
  'what an editor had in a file that it does not speak of any more is gone, and of others stays',
  async t => {
    const { live, children } = await parentRig(t)
    const editor = editorOn(live)
    const another = editorOn(live)
    await editor.begun()
    await another.begun()
    await set(another, live, 3)
    await set(editor, live, 1, 3)
    const child = await childRig(t, live)
    children.are(child.live)
    const below = editorOn(child.live, { parent: editor.id })
    await below.begun()
    t.same(child.lines(), [3])
    const twice = editorOn(child.live, { parent: editor.id })
    await twice.begun()
    await set(twice, child.live, 2)
    await below.editor.leave()
    t.same(child.lines(), [3, 2], 'a second connection to one process has breakpoints of its own')
  },
)

t.test('an editor that goes takes its breakpoints along from processes that it has not come to', async t => {
  const { live, children } = await parentRig(t)
  const editor = editorOn(live)
  await editor.begun()
  await set(editor, live, 1)
  const child = await childRig(t, live)
  const grandchild = await childRig(t, child.live)
  children.are(child.live)
  child.children.are(grandchild.live)
  await editor.editor.leave()
  await until('they are gone', () => child.lines().length + grandchild.lines().length === 0)
})

t.test('an editor that goes while it comes to its debuggee leaves nothing behind', async t => {
  const { live, children } = await parentRig(t)
  const { editor } = editorOn(live)
  const attaching = editor.take({ seq: 1, type: 'request', command: 'attach' })
  await editor.leave()
  await attaching
  t.equal(children.watched, 0)
  t.equal(live.editors.here.size, 0)
})

t.test('the end of a process is told, and once more to who was not ready', async t => {
  const { live } = await parentRig(t)
  const child = await childRig(t, live)
  const [editor, late] = [editorOn(child.live), editorOn(child.live)]
  await editor.begun()
  await late.ask('attach')
  const end = { reason: 'exited', message: 'the program exited with code 3', exit_code: 3 } as const
  child.live.ended({ ...child.live.view(), status: 'ended', end })
  await until('it is told', () => editor.events('terminated').length === 1)
  t.match(editor.events('exited'), [{ body: { exitCode: 3 } }])
  t.same(late.events('terminated'), [])
  await late.ask('configurationDone')
  await until('it is told late', () => late.events('terminated').length === 1)
  t.match(late.events('exited'), [{ body: { exitCode: 3 } }])
  t.same([...editor.mistakes, ...late.mistakes], [])
})
