import assert from 'node:assert/strict'
import type { DebugReplay } from '../../../../../services/contract/debug-replay.ts'
import { registersWork } from '../native/registers-work.ts'
import { named, place } from './ground.ts'
import { atThreads, ended, type Scenario, spins, standsAt } from './scenario.ts'

/** What a program is debugged for: where it stops, how it goes on, what it is made of. */
export const commonScenarios = {
  lines: {
    title: 'stops at a line, and has its variables',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('add')] })
      standsAt(ground, debug.at, 'add', 'total_of')
      assert.deepEqual(
        debug.at.breakpoints.map(({ verified, message }) => ({ verified, message })),
        [{ verified: true, message: null }],
      )
      assert.deepEqual(debug.at.stop?.breakpoints, [1])
      assert.equal(await ground.value(debug, 'price'), '1')
      const second = await ground.state(debug, 'debug.continue')
      standsAt(ground, second, 'add', 'total_of')
      assert.equal(await ground.value(debug, 'price'), '2')
      assert.equal(await ground.value(debug, 'total'), '1')
      standsAt(ground, await ground.state(debug, 'debug.continue'), 'add', 'total_of')
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), ended(3))
      const row = await ground.rig.ended(debug.command)
      assert.equal(ground.rig.stdout(row), 'total 42\n')
      assert.equal(row.exit_code, 3)
    },
  },
  steps: {
    title: 'goes on line by line, into calls and out of them',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('call')] })
      standsAt(ground, debug.at, 'call', 'basic')
      const inside = await ground.state(debug, 'debug.step_in')
      assert.equal(place(inside).reason, 'step')
      assert.equal(place(inside).function, ground.language.named('total_of'))
      const out = await ground.state(debug, 'debug.step_out')
      assert.equal(place(out).function, ground.language.named('basic'))
      const line = place(out).line ?? 0
      assert.ok(line === ground.line('call') || line === ground.line('after'), `line ${line}`)
      const next = line === ground.line('after') ? out : await ground.state(debug, 'debug.next')
      standsAt(ground, next, 'after', 'basic', 'step')
    },
  },
  over: {
    title: 'steps over a call, unless a breakpoint is in it',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('call')] })
      standsAt(ground, await ground.state(debug, 'debug.next'), 'after', 'basic', 'step')
      const other = await ground.run('basic', { breakpoints: [ground.at('call'), ground.at('total')] })
      standsAt(ground, await ground.state(other, 'debug.next'), 'total', 'total_of')
      assert.equal(await ground.value(other, 'total'), '42')
    },
  },
  condition: {
    title: 'stops where a condition holds',
    async holds(ground) {
      const debug = await ground.run('basic', {
        breakpoints: [{ kind: 'line', at: ground.at('add'), condition: 'price > 10' }],
      })
      standsAt(ground, debug.at, 'add', 'total_of')
      assert.equal(await ground.value(debug, 'price'), '39')
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), ended(3))
    },
  },
  hits: {
    title: 'stops at the Nth hit, from it on, and at each Nth',
    async holds(ground) {
      const wanted: [string, string[]][] = [
        ['2', ['2']],
        ['>=2', ['2', '39']],
        ['%3', ['39']],
      ]
      for (const [hit_condition, prices] of wanted) {
        const debug = await ground.run('basic', {
          breakpoints: [{ kind: 'line', at: ground.at('add'), hit_condition }],
        })
        const seen: (string | undefined)[] = []
        for (let { at } = debug; at.status === 'stopped'; at = await ground.state(debug, 'debug.continue'))
          seen.push(await ground.value(debug, 'price'))
        assert.deepEqual(seen, prices, hit_condition)
      }
    },
  },
  functions: {
    title: 'stops where a function begins',
    async holds(ground) {
      const debug = await ground.run('basic', {
        breakpoints: [{ kind: 'function', name: ground.language.named('total_of') }],
      })
      assert.equal(place(debug.at).function, ground.language.named('total_of'))
      assert.equal(debug.at.breakpoints[0]?.verified, true)
    },
  },
  failure: {
    title: 'stops where the program fails',
    async holds(ground) {
      const { failure } = ground.language
      const debug = await ground.run('fails')
      assert.equal(debug.at.status, 'stopped', JSON.stringify(debug.at.end))
      const { reason, description, text } = debug.at.stop ?? {}
      assert.equal(reason, 'exception')
      assert.match(`${description} ${text}`, failure.description)
      // Above it may be what the language has for failures.
      const { frames } = await ground.stack(debug, { limit: 20 })
      assert.ok(
        frames.some(({ file, line }) => file === ground.language.file && line === ground.line('fails')),
        JSON.stringify(frames.map(({ name, file, line }) => [name, file, line])),
      )
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), ended(failure.code))
    },
  },
  deep: {
    title: 'shows a stack of 1,000 frames in pages',
    async holds(ground) {
      const debug = await ground.run('deep', { breakpoints: [ground.at('bottom')] })
      const first = await ground.stack(debug, { limit: 3 })
      assert.ok(first.total > 1_000, `${first.total} frames`)
      assert.deepEqual(
        first.frames.map(({ index }) => index),
        [0, 1, 2],
      )
      const later = await ground.stack(debug, { start: 999, limit: 3 })
      assert.equal(later.frames[0]?.name, ground.language.named('down'))
      assert.equal(later.frames[0]?.index, 999)
      assert.deepEqual(later.frames[2]?.name, ground.language.named('deep'))
    },
  },
  many: {
    title: 'shows 10,000 elements in pages',
    async holds(ground) {
      const debug = await ground.run('many', { breakpoints: [ground.at('many')] })
      const items = named((await ground.variables(debug)).variables, 'items')
      assert.ok((items?.reference ?? 0) > 0, JSON.stringify(items))
      const page = await ground.variables(debug, { reference: items?.reference, start: 9_990, limit: 5 })
      assert.deepEqual(
        page.variables.map(({ value }) => value),
        ['19980', '19982', '19984', '19986', '19988'],
      )
      assert.ok(page.total >= 10_000)
      assert.equal(page.next, 9_995)
      const asked = { reference: items?.reference, start: 9_992, limit: 10 }
      const { variables, missing } = (await ground.answer(debug, 'debug.replay', asked)) as DebugReplay
      const replayed = variables?.slice(0, 3).map(({ value }) => value)
      assert.deepEqual(replayed, ['19984', '19986', '19988'], missing.join('\n'))
    },
  },
  text: {
    title: 'shows text of any script, and cuts what is huge',
    async holds(ground) {
      const debug = await ground.run('text', { breakpoints: [ground.at('text')] })
      const { variables } = await ground.variables(debug)
      assert.match(named(variables, 'name')?.value ?? '', /žluť 🐎 中文/)
      const huge = named(variables, 'huge')
      assert.ok((huge?.value.length ?? 0) <= 2_000, `${huge?.value.length} characters`)
      assert.match(huge?.value ?? '', /xxxxxxxx|'x' <repeats/)
    },
  },
  threads: {
    title: 'stops all threads, each with its stack',
    async holds(ground) {
      const { debug, threads } = await atThreads(ground)
      for (const { id } of threads) await ground.stack(debug, { thread: id, limit: 5 })
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), ended(0))
    },
    async without(ground) {
      const { debug, threads } = await atThreads(ground)
      await ground.stack(debug)
      for (const { id } of threads.filter(thread => thread.id !== debug.at.stop?.thread))
        assert.match((await ground.refusal(debug, 'debug.stack', { thread: id })).detail, /is running/)
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), ended(0))
    },
  },
  child: {
    title: 'lets its children run to their end',
    async holds(ground) {
      const debug = await ground.run('child')
      assert.deepEqual(place(debug.at), ended(0))
      assert.equal(ground.rig.stdout(await ground.rig.ended(debug.command)), 'child\nparent\n')
    },
  },
  echo: {
    title: 'gives it its standard input',
    async holds(ground) {
      const debug = await ground.run('echo', { stdin: 'řeka\n' })
      assert.deepEqual(place(debug.at), ended(0))
      assert.equal(ground.rig.stdout(await ground.rig.ended(debug.command)), 'read řeka\n')
    },
  },
  dies: {
    title: 'tells by which signal it died',
    async holds(ground) {
      const debug = await ground.launch('dies')
      let at = await ground.state(debug, 'debug.status')
      // A debugger may stop at a signal that would end the program.
      if (at.status === 'stopped') {
        assert.match(`${at.stop?.description} ${at.stop?.text}`, /SIGTERM/)
        at = await ground.state(debug, 'debug.continue')
      }
      assert.deepEqual(place(at), ended(143))
    },
  },
  evaluates: {
    title: 'evaluates in any frame, and says what is wrong with an expression',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('total')] })
      assert.equal((await ground.evaluate(debug, 'total + 1')).value, '43')
      const refused = await ground.refusal(debug, 'debug.evaluate', { expression: 'nothing_here' })
      assert.equal(refused.code, 'evaluation_failed')
      assert.match(refused.detail, /nothing_here/)
    },
  },
  sets: {
    title: 'gives a variable another value',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('total')] })
      const set = (await ground.answer(debug, 'debug.set', { name: 'total', value: '7' })) as {
        value: string
      }
      assert.equal(set.value, '7')
      assert.equal(await ground.value(debug, 'total'), '7')
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), ended(3))
      assert.equal(ground.rig.stdout(await ground.rig.ended(debug.command)), 'total 7\n')
    },
  },
  pause: {
    title: 'is stopped wherever it is, and goes on',
    async holds(ground) {
      const debug = await ground.launch('spin')
      await spins(ground, debug)
      // A debugger may not have noticed yet that it runs.
      for (let turn = 0; turn < 10; turn += 1) {
        const paused = await ground.state(debug, 'debug.pause')
        assert.equal(paused.status, 'stopped', `turn ${turn}`)
        assert.equal(paused.stop?.reason, 'pause')
        assert.equal((await ground.state(debug, 'debug.continue', { wait: 0 })).status, 'running')
      }
      const ended = await ground.state(debug, 'debug.terminate')
      assert.equal(ended.end?.reason, 'terminated')
    },
  },
  breakInto: {
    title: 'takes a breakpoint while it runs',
    async holds(ground) {
      const debug = await ground.launch('spin')
      await spins(ground, debug)
      await ground.answer(debug, 'debug.break', { breakpoints: [ground.at('spin')] })
      const at = await ground.state(debug, 'debug.status', { wait: 30 })
      standsAt(ground, at, 'spin', 'spin')
      await ground.state(debug, 'debug.terminate')
    },
  },
  ends: {
    title: 'is ended while it stands',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('add')] })
      const at = await ground.state(debug, 'debug.terminate')
      assert.equal(at.end?.reason, 'terminated')
      assert.equal((await ground.rig.ended(debug.command)).status, 'cancelled')
    },
  },
  until: {
    title: 'runs to a line, and leaves no breakpoint there',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('call')] })
      const at = await ground.state(debug, 'debug.until', { at: ground.at('total') })
      assert.equal(place(at).line, ground.line('total'))
      assert.equal(at.breakpoints.length, 1)
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), ended(3))
    },
  },
  why: {
    title: 'says why a breakpoint does not hold',
    async holds(ground) {
      const [, suffix = ''] = ground.language.file.split('.')
      const debug = await ground.run('basic', {
        breakpoints: [`nowhere.${suffix}:3`, `${ground.language.file}:${ground.blank}`, ground.at('add')],
      })
      standsAt(ground, debug.at, 'add', 'total_of')
      const [missing, empty] = debug.at.breakpoints
      assert.match(missing?.message ?? '', /no such file in the worktree/)
      assert.equal(empty?.verified, false)
      assert.match(empty?.message ?? '', /holds no code|not found this line|could not find statement at app/)
      await ground.state(debug, 'debug.terminate')
    },
  },
  data: {
    title: 'stops where a variable is written to',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('add')] })
      const breakpoints = [{ kind: 'data', expression: 'total' }]
      if (ground.language.engine === 'lldb-dap' && !(await registersWork())) {
        const refused = await ground.refusal(debug, 'debug.break', { breakpoints })
        assert.match(
          refused.detail,
          /^total cannot be watched: the debug registers of this machine have no effect/,
        )
        await ground.state(debug, 'debug.terminate')
        return
      }
      await ground.answer(debug, 'debug.break', { breakpoints, clear: true })
      const at = await ground.state(debug, 'debug.continue')
      assert.equal(at.stop?.reason, 'data breakpoint', JSON.stringify(at.end))
      await ground.state(debug, 'debug.terminate')
    },
    async without(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('add')] })
      const refused = await ground.refusal(debug, 'debug.break', {
        breakpoints: [{ kind: 'data', expression: 'total' }],
      })
      assert.match(refused.detail, /data breakpoints/)
      await ground.state(debug, 'debug.terminate')
    },
  },
  entry: {
    title: 'stops before its first line',
    async holds(ground) {
      const debug = await ground.run('basic', { stop_on_entry: true })
      assert.equal(debug.at.status, 'stopped', JSON.stringify(debug.at.end))
      assert.equal(debug.at.stop?.reason, 'entry')
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), ended(3))
    },
  },
} satisfies Record<string, Scenario>
