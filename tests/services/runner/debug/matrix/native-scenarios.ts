import assert from 'node:assert/strict'
import type { Instruction } from '../../../../../services/contract/debug-inspected.ts'
import { debugOperations } from '../../../../../services/contract/operations/debug.ts'
import { place } from './ground.ts'
import type { Scenario } from './scenario.ts'

/** What lies below the source: memory, instructions, what a crash has left. */
export const nativeScenarios = {
  memory: {
    title: 'reads memory, and writes it',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('total')] })
      const address = '&total'
      const read = (await ground.answer(debug, 'debug.memory', { address, count: 4 })) as { hex: string }
      assert.equal(read.hex, '2a000000')
      await ground.answer(debug, 'debug.write_memory', { address, hex: '07000000' })
      assert.equal((await ground.evaluate(debug, 'total')).value, '7')
      assert.equal(await ground.value(debug, 'total'), '7')
      await ground.state(debug, 'debug.terminate')
    },
    async without(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('total')] })
      const { detail } = await ground.refusal(debug, 'debug.memory', { address: '0x1000', count: 4 })
      assert.match(detail, /has no way to read memory/)
      await ground.state(debug, 'debug.terminate')
    },
  },
  instructions: {
    title: 'shows machine instructions with their lines',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('add')] })
      const instructions = (await ground.answer(debug, 'debug.disassemble', { count: 5 })) as Instruction[]
      assert.equal(instructions.length, 5)
      const [first] = instructions
      assert.deepEqual([first?.file, first?.line], [ground.language.file, ground.line('add')])
      assert.equal(new Set(instructions.map(({ address }) => address)).size, 5)
      await ground.state(debug, 'debug.terminate')
    },
    async without(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('add')] })
      const { detail } = await ground.refusal(debug, 'debug.disassemble', { count: 5 })
      assert.match(detail, /has no disassembly/)
      await ground.state(debug, 'debug.terminate')
    },
  },
  byInstruction: {
    title: 'goes on by one machine instruction',
    async holds(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('add')] })
      const at = await ground.state(debug, 'debug.next', { granularity: 'instruction' })
      assert.equal(place(at).reason, 'step')
      assert.equal(place(at).function, ground.language.named('total_of'))
      await ground.state(debug, 'debug.terminate')
    },
    async without(ground) {
      const debug = await ground.run('basic', { breakpoints: [ground.at('add')] })
      const { detail } = await ground.refusal(debug, 'debug.next', { granularity: 'instruction' })
      assert.match(detail, /has no steps by instruction/)
      await ground.state(debug, 'debug.terminate')
    },
  },
  core: {
    title: 'looks into a core dump, which does not go on',
    async holds(ground) {
      const left = await ground.rig.run(
        ground.session,
        'ulimit -c unlimited; GOTRACEBACK=crash ./app aborts; mv core* dump && test -s dump',
      )
      assert.equal(left.status, 'succeeded', ground.rig.stderr(left))
      const core = 'dump'
      const program =
        ground.program.kind === 'go'
          ? ({ kind: 'go', path: 'app', core } as const)
          : ({ kind: 'binary', file: 'app', core } as const)
      const debug = await ground.run('', { program, arguments: [] })
      assert.equal(place(debug.at).reason, 'exception', JSON.stringify(debug.at.end))
      assert.match(`${debug.at.stop?.description} ${debug.at.stop?.text}`, ground.language.core ?? /^$/)
      const { frames } = await ground.stack(debug, { limit: 20 })
      const own = frames.find(({ name }) => name === ground.language.named('aborts'))
      assert.equal(own?.file, ground.language.file, JSON.stringify(frames))
      for (const move of ['debug.continue', 'debug.next'] as const)
        assert.match((await ground.refusal(debug, move)).detail, /core dump/, move)
      assert.equal((await ground.state(debug, 'debug.terminate')).end?.reason, 'terminated')
    },
    async without({ language: { engine, file } }) {
      const named = { debugpy: 'python', node: 'node', delve: 'go', gdb: 'binary', 'lldb-dap': 'binary' }
      const launch = debugOperations['debug.launch'].input
      const refused = launch.safeParse({ session: '@last', [named[engine]]: file, core: 'dump' })
      assert.match(JSON.stringify(refused.error?.issues), /core/)
    },
  },
} satisfies Record<string, Scenario>
