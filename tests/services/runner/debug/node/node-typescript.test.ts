import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { ProcessScope } from '../../../../../lib/processes/process-scope.ts'
import type { DebugRequest } from '../../../../../services/contract/debug-request.ts'
import { nodeEngine } from '../../../../../services/runner/debug/node/engine.ts'
import { openly } from '../../../../../services/runner/sandbox/enclosure.ts'

t.test(
  'TypeScript by a Node that reads none runs by the one of the server, or is refused before it runs',
  async t => {
    const worktree = mkdtempSync(join(tmpdir(), 'node-'))
    t.teardown(() => rmSync(worktree, { recursive: true }))
    await using scope = new ProcessScope({ graceMs: 0 })
    const program = (name: string, typescript: boolean) => {
      const said = JSON.stringify({ version: '20.20.2', inspector: true, typescript })
      writeFileSync(join(worktree, name), `#!/bin/sh\necho '${said}'\n`)
      chmodSync(join(worktree, name), 0o755)
    }
    for (const file of ['app.ts', 'app.js', 'app.tsx']) writeFileSync(join(worktree, file), '')
    const own = { none: nodeEngine(scope, join(worktree, 'node')), later: nodeEngine(scope) }
    const planned = async (
      file: string,
      NODE_OPTIONS = '',
      interpreter: string | null = null,
      engine = own.none,
    ) => {
      const request: DebugRequest = {
        ...{ program: { kind: 'node', file }, arguments: [], interpreter, engines: ['node'] },
        ...{ breakpoints: [], stop_on_entry: false, exceptions: 'uncaught' },
      }
      const place = {
        ...{ worktree, directory: worktree, enclosure: openly },
        environment: { PATH: `${worktree}:/usr/bin:/bin`, NODE_OPTIONS },
        meeting: () => {
          throw new Error('nobody meets here')
        },
      }
      const plan = await engine.plan(request, place, AbortSignal.timeout(20_000))
      return plan.ok ? 'runs' : plan.failure
    }
    program('node', false)
    program('tsx', false)
    mkdirSync(join(worktree, 'later'))
    program('later/node', true)
    t.match(await planned('app.ts'), {
      reason: 'debugger_not_found',
      message:
        /^app\.ts: .*\/node is Node\.js 20\.20\.2, which runs no TypeScript by itself; name one of 22\.18/,
    })
    t.match(await planned('app.ts', '--no-warnings --stack-trace-limit=5'), { reason: 'debugger_not_found' })
    t.equal(await planned('app.js'), 'runs')
    t.equal(await planned('app.ts', '', 'tsx'), 'runs', 'a program of its own')
    for (const options of [
      '--import=tsx',
      '--require ts-node/register',
      '-r x',
      '--experimental-strip-types',
    ])
      t.equal(await planned('app.ts', options), 'runs', options)
    t.equal(await planned('app.ts', '', './later/node'), 'runs')
    const tsx = { message: /^app\.tsx: .*, and none runs TSX by itself; have a loader/ }
    t.match(await planned('app.tsx', '', './later/node'), tsx)
    t.match(await planned('app.tsx', '', null, own.later), tsx, 'by that of the server neither')
    t.equal(await planned('app.tsx', '--import=tsx'), 'runs')
    t.equal(await planned('app.ts', '', null, own.later), 'runs', 'by that of the server')
    t.match(
      await planned('app.ts', '', './node', own.later),
      { reason: 'debugger_not_found' },
      'not the one named',
    )
  },
)
