import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { until } from '../../../../until.ts'
import { killRunner, spawnRunner } from '../../spawn-runner.ts'
import { pidOf } from '../debug-processes.ts'
import { DebugClient, debugging, debugRig, type LaunchOptions } from '../debug-rig.ts'
import { compile, gdbRig, noGdb } from '../gdb/gdb-rig.ts'

t.setTimeout(260_000)

const source = `#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static int work(int n) {
  return n * 2;
}
int main(int argc, char **argv) {
  (void)argv;
  if (argc > 1) return work(21);
  int forked = 0, status = 0;
  if (fork() == 0) _exit(work(4));
  wait(&forked);
  status = system("./app leaf");
  printf("%d %d\\n", WEXITSTATUS(forked), WEXITSTATUS(status));
  return 0;
}
`
const launched: LaunchOptions = {
  program: { kind: 'binary', file: 'app', core: null },
  engines: ['gdb'],
  breakpoints: ['app.c:6'],
  children: 'follow',
}

const numberIn = (pid: number, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

async function rigOf(t: Test) {
  const debug = await debugRig(t, { 'app.c': source })
  compile(debug.rig.files.worktree(debug.session.id), 'app.c', source)
  return debug
}

type Asked = Pick<ReturnType<typeof debugging>, 'launch' | 'children'>

/** A child that stands, and what is above it. */
async function standing({ launch, children }: Asked) {
  const debug = await launch(launched)
  const [child] = await children(debug, 1, ({ status }) => status === 'stopped')
  if (child?.process == null) throw new Error('there is none')
  const program = numberIn(child.process, 'PPid')
  const gdb = numberIn(program, 'TracerPid')
  return { debug, child, gdb, watcher: numberIn(gdb, 'PPid') }
}

t.test('those that are not to be debugged after all run on', { skip: noGdb }, async t => {
  const program = compile(t.testdir(), 'app.c', source.replace('"./app leaf"', '"$APP leaf"'))
  const rig = await gdbRig(t, program, { children: 'follow', environment: { APP: program } })
  await rig.ask('configurationDone')
  t.match(await rig.next('exited'), { exitCode: 0 })
  t.equal(rig.stdout(), '8 42\n')
})

t.test('what one is beside is killed', { skip: noGdb }, async t => {
  const debug = await rigOf(t)
  for (const which of ['gdb', 'watcher'] as const)
    await t.test(which, async t => {
      const { [which]: pid, ...found } = await standing(debug)
      process.kill(pid, 'SIGKILL')
      t.match(await debug.rig.ended(found.debug.command), { failure_json: /debugger_failed/ })
      t.match(await debug.state(found.debug, 'debug.status'), {
        end: { reason: 'adapter_failed', message: /gdb has ended/ },
      })
      const [over] = await debug.children(found.debug, 1, ({ status }) => status === 'ended')
      t.equal(over?.id, found.child.id)
      await until('nothing to be left', () => pidOf(debug.session.id) === undefined)
    })
})

t.test('the runner is killed', { skip: noGdb }, async t => {
  const { rig, session } = await rigOf(t)
  await rig.stop()
  const runner = await spawnRunner(rig)
  t.teardown(() => killRunner(runner))
  const client = await DebugClient.connect(rig.socket)
  t.teardown(() => client.close())
  const { debug } = await standing(debugging(rig, session, client))
  await killRunner(runner)
  await until('nothing to be left', () => pidOf(session.id) === undefined)
  await rig.start()
  t.match(await rig.ended(debug.command), { status: 'failed', failure_json: /debugger_lost/ })
  t.equal(rig.stdout(await rig.ended(debug.command)), '', 'it has not run on')
})
