import assert from 'node:assert/strict'
import type { SourceWindow } from '../../../../../services/contract/debug-inspected.ts'
import { named, place } from './ground.ts'
import type { Scenario } from './scenario.ts'

const mark = '\uFEFF'

/** What sources are written in, and where they lie. */
export const sourceScenarios = {
  windows: {
    title: 'takes a source with a byte order mark and CRLF, by line and by text',
    async holds(ground) {
      const file = ground.language.file.replace('app', 'windows')
      const another = ground.another(file, text => mark + text.replaceAll('\n', '\r\n'))
      const line = ground.line('add')
      for (const at of [`${file}:${line}`, `${file}:"total += price"`]) {
        const debug = await ground.run('basic', { ...another, breakpoints: [at] })
        assert.deepEqual(
          debug.at.breakpoints.map(({ verified, message }) => ({ verified, message })),
          [{ verified: true, message: null }],
        )
        assert.equal(place(debug.at).line, line, at)
        assert.match(debug.at.stop?.frame?.source ?? '', /total \+= price\b.*[^\r]$/)
        const asked = { file, line: 1, around: 2 }
        const { lines } = (await ground.answer(debug, 'debug.source', asked)) as SourceWindow
        assert.deepEqual(lines, ground.text.split('\n').slice(0, 3))
        await ground.state(debug, 'debug.terminate')
      }
    },
  },
  paths: {
    title: 'takes paths with spaces, quotes and letters of any script',
    async holds(ground) {
      const { file: plain } = ground.language
      const file = `sp ace's ünï/${plain.replace('app', 'm ý 中')}`
      const another = ground.another(file)
      const debug = await ground.run('basic', { ...another, breakpoints: [`${file}:${ground.line('add')}`] })
      assert.deepEqual(
        debug.at.breakpoints.map(({ verified, message }) => ({ verified, message })),
        [{ verified: true, message: null }],
      )
      assert.deepEqual([place(debug.at).file, place(debug.at).line], [file, ground.line('add')])
      assert.equal((await ground.stack(debug)).frames[0]?.file, file)
      await ground.answer(debug, 'debug.break', { breakpoints: [], clear: true })
      assert.deepEqual(place(await ground.state(debug, 'debug.continue')), {
        ...{ status: 'ended', end: 'exited', code: 3 },
      })
    },
  },
  names: {
    title: 'knows names of letters of any script',
    async holds(ground) {
      const debug = await ground.run('text', { breakpoints: [ground.at('text')] })
      assert.equal(named((await ground.variables(debug)).variables, 'délka')?.value, '7')
      assert.equal((await ground.evaluate(debug, 'délka + 1')).value, '8')
      await ground.state(debug, 'debug.terminate')
    },
  },
} satisfies Record<string, Scenario>
