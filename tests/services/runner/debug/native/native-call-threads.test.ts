import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { recordedSchema } from '../../../../../services/contract/debug-probes.ts'
import { debugRig } from '../debug-rig.ts'
import { noGdb } from '../gdb/gdb-rig.ts'
import { noLldb } from '../lldb/lldb-rig.ts'

const source = `#include <pthread.h>
static long next_of(long n) {
  long next = n + 1;
  return next;
}
static void *work(void *given) {
  long n = (long)given;
  for (int i = 0; i < 20; i++)
    n = next_of(n);
  return (void *)n;
}
int main(void) {
  pthread_t all[4];
  long sum = 0;
  for (long n = 0; n < 4; n++)
    pthread_create(&all[n], NULL, work, (void *)(n * 1000));
  for (int n = 0; n < 4; n++) {
    void *got;
    pthread_join(all[n], &got);
    sum += (long)got;
  }
  return sum == 6080 ? 7 : 8;
}
`

t.setTimeout(240_000)
for (const [engine, missing] of [
  ['gdb', noGdb],
  ['lldb-dap', noLldb],
] as const)
  t.test(`${engine}: calls of four threads at once, each to its own result`, { skip: missing }, async t => {
    const { rig, session, run, answer, state } = await debugRig(t, { 'app.c': source })
    const top = rig.files.worktree(session.id)
    const built = spawnSync('gcc', ['-g', '-O0', '-pthread', '-o', join(top, 'app'), join(top, 'app.c')])
    t.equal(built.status, 0, String(built.stderr))
    const program = { kind: 'binary', file: 'app', core: null } as const
    const launched = await run({ program, engines: [engine], stop_on_entry: true })
    await answer(launched, 'debug.trace', { functions: ['app.c:next_of'] })
    t.match(await state(launched, 'debug.continue'), { end: { reason: 'exited', exit_code: 7 } })
    const { records, lost } = recordedSchema.parse(await answer(launched, 'debug.recorded', { limit: 1_000 }))
    t.same(
      records.flatMap(record => {
        if (record.kind === 'value') return []
        const { arguments: given, ended, result, depth } = record
        return [`${Number(result) - Number(given[0]?.value)} ${ended} ${depth}`]
      }),
      Array.from({ length: 80 }, () => '1 returned 0'),
    )
    t.equal(lost, 0)
  })
