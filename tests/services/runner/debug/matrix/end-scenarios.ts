import assert from 'node:assert/strict'
import { wishAgain } from '../../../../../services/contract/debug-breakpoints.ts'
import { place } from './ground.ts'
import { nothingLeft } from './program-scenarios.ts'
import { ended, type Scenario, spins, standsAt } from './scenario.ts'

/** How debuggees end, in whatever state they are, and begin anew. */
export const endScenarios = {
  codes: {
    title: 'tells the code that the program ends with',
    async holds(ground) {
      for (const code of [0, 7, 255]) {
        const debug = await ground.run('leave', { arguments: ['leave', String(code)] })
        assert.deepEqual(place(debug.at), ended(code))
        assert.equal((await ground.rig.ended(debug.command)).exit_code, code)
      }
    },
  },
  launchedAnew: {
    title: 'is launched anew with its breakpoints',
    async holds(ground) {
      const debug = await ground.run('basic', {
        breakpoints: [
          { kind: 'line', at: ground.at('add'), condition: 'price > 1', hit_condition: '2' },
          ground.at('total'),
        ],
      })
      standsAt(ground, debug.at, 'add', 'total_of')
      const { breakpoints } = await ground.state(debug, 'debug.status')
      await ground.state(debug, 'debug.terminate')
      const again = await ground.run('basic', {
        breakpoints: breakpoints.map(wishAgain).filter(wish => wish !== undefined),
      })
      standsAt(ground, again.at, 'add', 'total_of')
      assert.equal(await ground.value(again, 'price'), '39')
      standsAt(ground, await ground.state(again, 'debug.continue'), 'total', 'total_of')
      assert.deepEqual(place(await ground.state(again, 'debug.continue')), ended(3))
    },
  },
  leftLaunching: {
    title: 'is ended while it is launched',
    async holds(ground) {
      for (const pause of [0, 100, 250]) {
        const debug = await ground.launch('spin')
        await new Promise(resolve => setTimeout(resolve, pause))
        const at = await ground.state(debug, 'debug.terminate')
        // Of one that had not begun the command is cancelled.
        assert.match(at.end?.reason ?? '', /^(?:terminated|cancelled)$/)
        assert.equal((await ground.rig.ended(debug.command)).status, 'cancelled')
      }
      await nothingLeft(ground)
    },
  },
  leftRunning: {
    title: 'is ended while it runs',
    async holds(ground) {
      const debug = await ground.launch('spin')
      await spins(ground, debug)
      assert.equal((await ground.state(debug, 'debug.terminate')).end?.reason, 'terminated')
      assert.equal((await ground.rig.ended(debug.command)).status, 'cancelled')
      await nothingLeft(ground)
    },
  },
  leftEvaluating: {
    title: 'is ended while an expression is evaluated that does not end',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('add')] })
      const asked = ground.refusal(debug, 'debug.evaluate', {
        expression: ground.language.endless,
        timeout: 30,
      })
      await spins(ground, debug)
      assert.equal((await ground.state(debug, 'debug.terminate')).end?.reason, 'terminated')
      assert.match((await asked).code, /debug_session_ended|debugger_|evaluation_failed/)
      await nothingLeft(ground)
    },
  },
  leftEnded: {
    title: 'is ended when it has ended, which changes nothing',
    async holds(ground) {
      const debug = await ground.run('basic')
      assert.deepEqual(place(debug.at), ended(3))
      assert.deepEqual(await ground.state(debug, 'debug.terminate'), debug.at)
      assert.equal((await ground.refusal(debug, 'debug.continue')).code, 'debug_session_ended')
    },
  },
} satisfies Record<string, Scenario>
