import assert from 'node:assert/strict'
import { until } from '../../../../until.ts'
import { pidOf } from '../debug-processes.ts'
import { type Ground, place } from './ground.ts'
import { ended, type Scenario, standsAt } from './scenario.ts'

/** Programs that do with processes, signals and streams what debuggers do with them. */
export const programScenarios = {
  caught: {
    title: 'steps over what throws into what catches it',
    async holds(ground) {
      const debug = await ground.run('caught', { breakpoints: [ground.at('throws')], exceptions: 'never' })
      standsAt(ground, debug.at, 'throws', place(debug.at).function?.replace(/^(?:main\.|app::)/, '') ?? '')
      let { at } = debug
      for (let steps = 0; steps < 9 && place(at).line !== ground.line('caught'); steps += 1) {
        at = await ground.state(debug, 'debug.next')
        assert.equal(place(at).reason, 'step', JSON.stringify(place(at)))
      }
      assert.equal(place(at).function, ground.language.named('caught'))
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), ended(0))
    },
    async without(ground) {
      const breakpoints = [ground.at('throws'), ground.at('caught')]
      const debug = await ground.run('caught', { breakpoints, exceptions: 'never' })
      // What it steps over does not return: it runs to the next breakpoint, if not to what is called on the way.
      let at = await ground.state(debug, 'debug.next')
      if (place(at).line !== ground.line('caught')) at = await ground.state(debug, 'debug.continue')
      standsAt(ground, at, 'caught', 'caught')
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), ended(0))
    },
  },
  stepsIntoFailure: {
    title: 'steps onto what fails: that is the stop',
    async holds(ground) {
      const { failure } = ground.language
      const debug = await ground.run('fails', { breakpoints: [ground.at('doomed')] })
      let { at } = debug
      for (let steps = 0; steps < 3 && place(at).reason !== 'exception'; steps += 1)
        at = await ground.state(debug, 'debug.next')
      assert.equal(place(at).reason, 'exception', JSON.stringify(at))
      assert.match(`${at.stop?.description} ${at.stop?.text}`, failure.description)
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), ended(failure.code))
    },
  },
  handles: {
    title: 'passes a signal on that the program handles',
    async holds(ground) {
      const debug = await ground.run('handles')
      assert.deepEqual(place(debug.at), ended(0))
      assert.equal(ground.rig.stdout(await ground.rig.ended(debug.command)), 'handled 1\n')
    },
  },
  forks: {
    title: 'leaves a child alone that runs into its breakpoints',
    async holds(ground) {
      const breakpoints = [ground.at('add'), ground.at('total')]
      const debug = await ground.run('forks', { breakpoints, children: 'ignore' })
      assert.deepEqual(place(debug.at), ended(0))
      assert.equal(ground.rig.stdout(await ground.rig.ended(debug.command)), 'child 5\n')
    },
  },
  children: {
    title: 'has a child as a debug session of its own',
    async holds(ground) {
      const debug = await ground.launch('forks', { breakpoints: [ground.at('add')], children: 'follow' })
      const [child] = await ground.children(debug, 1, ({ status }) => status === 'stopped')
      assert(child !== undefined && child.parent === debug.id)
      standsAt(ground, child, 'add', 'total_of')
      await ground.answer(child, 'debug.continue', { wait: 0 })
      assert.deepEqual(place(await ground.state(debug, 'debug.status')), ended(0))
      assert.equal(ground.rig.stdout(await ground.rig.ended(debug.command)), 'child 5\n')
    },
  },
  execs: {
    title: 'stays with a program that replaces itself by another',
    async holds(ground) {
      const debug = await ground.run('execs', { breakpoints: [ground.at('total')] })
      standsAt(ground, debug.at, 'total', 'total_of')
      assert.equal((await ground.evaluate(debug, 'total')).value, '42')
      await replaced(ground, debug, await ground.state(debug, 'debug.continue'))
    },
    async without(ground) {
      const debug = await ground.run('execs', { breakpoints: [ground.at('total')] })
      await replaced(ground, debug, debug.at)
    },
  },
  daemonizes: {
    title: 'ends with a program that goes into the background, and leaves nothing there',
    async holds(ground) {
      const debug = await ground.run('daemonizes')
      assert.deepEqual(place(debug.at), ended(0))
      await nothingLeft(ground)
    },
  },
  closes: {
    title: 'keeps a program that closes its streams',
    async holds(ground) {
      const debug = await ground.run('closes', { breakpoints: [ground.at('add')] })
      standsAt(ground, debug.at, 'add', 'total_of')
      assert.equal(await ground.value(debug, 'price'), '9')
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), ended(9))
    },
  },
  traces: {
    title: 'keeps a program that calls ptrace itself',
    async holds(ground) {
      const debug = await ground.run('traces', { breakpoints: [ground.at('add')] })
      standsAt(ground, debug.at, 'add', 'total_of')
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), ended(4))
      assert.equal(ground.rig.stdout(await ground.rig.ended(debug.command)), 'traced 1\n')
    },
  },
} satisfies Record<string, Scenario>

async function replaced(
  ground: Ground,
  debug: Awaited<ReturnType<Ground['run']>>,
  at: Awaited<ReturnType<Ground['state']>>,
) {
  assert.deepEqual(place(at), ended(3))
  assert.equal(ground.rig.stdout(await ground.rig.ended(debug.command)), 'total 42\n')
}

export const nothingLeft = ({ session }: Ground): Promise<unknown> =>
  until('nothing to be left', () => (pidOf(session.id) === undefined ? true : undefined))
