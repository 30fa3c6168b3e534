import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../../../until.ts'
import { killRunner, spawnRunner } from '../../spawn-runner.ts'
import { pidOf } from '../debug-processes.ts'
import { DebugClient, debugging } from '../debug-rig.ts'
import { nativeRig, noLldb } from './lldb-rig.ts'

t.setTimeout(240_000)

const source = `#include <stdio.h>

int main(void) {
  int ready = 1;
  FILE *file = fopen("dangerous", "w");
  return file == NULL ? ready : 0;
}
`

t.test('a runner is killed while its debuggee is stopped', { skip: noLldb }, async t => {
  const { rig, session } = await nativeRig(t, source)
  await rig.stop()
  const child = await spawnRunner(rig)
  t.teardown(() => killRunner(child))
  const client = await DebugClient.connect(rig.socket)
  t.teardown(() => client.close())
  const debug = await debugging(rig, session, client).run({
    program: { kind: 'binary', file: 'app', core: null },
    engines: ['lldb-dap'],
    breakpoints: ['app.c:5'],
  })
  t.match(debug.at, { status: 'stopped', stop: { frame: { line: 5 } } })
  await killRunner(child)
  await until('debuggee and debugger to be gone', () => pidOf(session.id) === undefined)
  t.notOk(existsSync(join(rig.files.worktree(session.id), 'dangerous')), 'it has not run on')
  await rig.start()
  t.match(await rig.ended(debug.command), { status: 'failed', exit_code: 137, failure_json: /debugger_lost/ })
})
