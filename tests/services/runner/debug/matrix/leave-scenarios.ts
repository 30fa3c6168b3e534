import assert from 'node:assert/strict'
import { until } from '../../../../until.ts'
import type { Launched } from '../debug-rig.ts'
import { EditorClient } from '../editor-client.ts'
import { type Ground, place } from './ground.ts'
import { nothingLeft } from './program-scenarios.ts'
import { ended, type Scenario, spins, standsAt } from './scenario.ts'

/** An editor that has said all it had to. */
async function editorOn({ rig, client }: Ground, debug: Launched): Promise<EditorClient> {
  const editor = new EditorClient(rig.socket, debug.id, client.viewer)
  await editor.begin()
  return editor
}

/** An editor comes, and disconnects. */
async function comesAndGoes(ground: Ground, debug: Launched, given: object = {}): Promise<void> {
  using editor = await editorOn(ground, debug)
  await disconnects(editor, given)
}

async function disconnects(editor: EditorClient, given: object = {}): Promise<void> {
  assert.equal((await editor.ask('disconnect', { ...given })).success, true)
}

/** Its debugger was told to end it. */
async function isEnded(ground: Ground, debug: Launched): Promise<void> {
  const { end } = await until('its end', async () => {
    const now = await ground.state(debug, 'debug.status', { wait: 1 })
    return now.status === 'ended' ? now : undefined
  })
  assert.equal(end?.reason, 'terminated')
  assert.equal((await ground.rig.ended(debug.command)).status, 'cancelled')
  await nothingLeft(ground)
}

const ends = { terminateDebuggee: true }

/** Editors disconnect in whatever state a debuggee is: it goes on as it is, or ends, as they say. */
export const leaveScenarios = {
  editorLeavesUnconfigured: {
    title: 'ends when the editor that launched it leaves before it is configured',
    async holds(ground) {
      const { rig, client } = ground
      for (const how of [{}, ends]) {
        const debug = await ground.launch('spin', { held: true })
        using editor = new EditorClient(rig.socket, debug.id, client.viewer, true)
        for (const command of ['initialize', 'launch']) {
          const { success, message } = await editor.ask(command)
          assert.equal(success, true, message)
        }
        await disconnects(editor, how)
        const { end } = await until('its end', async () => {
          const now = await ground.state(debug, 'debug.status', { wait: 1 })
          return now.status === 'ended' ? now : undefined
        })
        assert.match(`${end?.reason} ${end?.message}`, /^terminated|has gone before it ran/)
        await rig.ended(debug.command)
      }
      await nothingLeft(ground)
    },
  },
  editorLeavesStanding: {
    title: 'stands where it is when an editor leaves it',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('add')] })
      await comesAndGoes(ground, debug)
      const at = await ground.state(debug, 'debug.status', { wait: 0 })
      standsAt(ground, at, 'add', 'total_of')
      assert.equal(at.stop?.number, 1)
      standsAt(ground, await ground.state(debug, 'debug.continue'), 'add', 'total_of')
      await comesAndGoes(ground, debug, ends)
      await isEnded(ground, debug)
    },
  },
  editorLeavesRunning: {
    title: 'runs on when an editor leaves it',
    async holds(ground) {
      const debug = await ground.launch('spin')
      await spins(ground, debug)
      using editor = await editorOn(ground, debug)
      const source = { path: ground.worktree(ground.language.file) }
      const breakpoints = [{ line: ground.line('spin') }]
      assert.equal((await editor.ask('setBreakpoints', { source, breakpoints })).success, true)
      standsAt(ground, await ground.state(debug, 'debug.status'), 'spin', 'spin')
      assert.equal((await editor.ask('continue', { threadId: 1 })).success, true)
      // Its breakpoint goes with it, and the program is not left standing there.
      await disconnects(editor)
      const last = await until('it to run without the breakpoint of the editor', async () => {
        const now = await ground.state(debug, 'debug.status', { wait: 0 })
        if (now.status === 'stopped') await ground.state(debug, 'debug.continue', { wait: 0 })
        return now.breakpoints.length === 0 && now.status === 'running' ? now : undefined
      })
      assert.equal(last.end, null)
      assert.equal((await ground.state(debug, 'debug.pause')).status, 'stopped')
      await comesAndGoes(ground, debug, ends)
      await isEnded(ground, debug)
    },
  },
  editorLeavesStepping: {
    title: 'goes on with a step when an editor leaves it, and is ended in one',
    async holds(ground) {
      const debug = await ground.run('spin', { breakpoints: [ground.at('spin')] })
      standsAt(ground, debug.at, 'spin', 'spin')
      await ground.answer(debug, 'debug.break', { clear: true })
      using editor = await editorOn(ground, debug)
      assert.equal((await ground.state(debug, 'debug.step_out', { wait: 0 })).status, 'running')
      await disconnects(editor)
      assert.equal((await ground.state(debug, 'debug.status', { wait: 0 })).status, 'running')
      await comesAndGoes(ground, debug, ends)
      await isEnded(ground, debug)
    },
  },
  editorLeavesWaiting: {
    title: 'waits on in a system call when an editor leaves it, and is ended in one',
    async holds(ground) {
      const debug = await ground.launch('waits')
      await ground.rig.printed(debug.session, debug.command, 'waits\n')
      await comesAndGoes(ground, debug)
      // It may have written before its debugger has said that it runs.
      const now = await until('it to be launched', async () => {
        const { status } = await ground.state(debug, 'debug.status', { wait: 0 })
        return status === 'launching' ? undefined : status
      })
      assert.equal(now, 'running')
      await comesAndGoes(ground, debug, ends)
      await isEnded(ground, debug)
    },
  },
  editorLeavesEvaluating: {
    title: 'is left by an editor whose expression does not end, and is ended',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('add')] })
      using editor = await editorOn(ground, debug)
      const { frames } = await ground.stack(debug, { limit: 1 })
      const at = { threadId: debug.at.stop?.thread, startFrame: 0, levels: 1 }
      const { body } = await editor.ask('stackTrace', at)
      const [frame] = (body as { stackFrames: { id: number }[] }).stackFrames
      assert.equal(frames.length, 1)
      void editor.ask('evaluate', {
        ...{ expression: ground.language.endless, frameId: frame?.id, context: 'watch' },
      })
      await spins(ground, debug)
      await disconnects(editor)
      await comesAndGoes(ground, debug, ends)
      await isEnded(ground, debug)
    },
  },
  editorLeavesEnded: {
    title: 'has ended when an editor leaves it, which changes nothing',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('total')] })
      using editor = await editorOn(ground, debug)
      using other = await editorOn(ground, debug)
      const last = await ground.state(debug, 'debug.continue')
      assert.deepEqual(place(last), ended(3))
      await disconnects(editor)
      await disconnects(other, ends)
      assert.deepEqual(await ground.state(debug, 'debug.status'), last)
      await nothingLeft(ground)
    },
  },
  editorLeavesChildren: {
    title: 'is ended by an editor while a child of it stands',
    async holds(ground) {
      const debug = await ground.launch('forks', { breakpoints: [ground.at('add')], children: 'follow' })
      const [child] = await ground.children(debug, 1, ({ status }) => status === 'stopped')
      assert(child !== undefined)
      await comesAndGoes(ground, debug)
      const still = await ground.state(child, 'debug.status', { wait: 0 })
      standsAt(ground, still, 'add', 'total_of')
      await comesAndGoes(ground, debug, ends)
      await isEnded(ground, debug)
      await until('the end of the child', async () => {
        return (await ground.state(child, 'debug.status', { wait: 1 })).end ?? undefined
      })
    },
  },
} satisfies Record<string, Scenario>
