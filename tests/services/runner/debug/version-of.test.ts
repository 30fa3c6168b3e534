import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { versionOf } from '../../../../services/runner/debug/version-of.ts'
import { until } from '../../../until.ts'
import { scopeOf } from './live-rig.ts'

t.test('a program tells its version, and is gone then, whatever else it does', async t => {
  const directory = t.testdir()
  const scope = scopeOf(t)
  const said = (script: string) =>
    versionOf(['/bin/sh', '-c', script], { PATH: process.env.PATH ?? '' }, scope, /^it is (\S+)/m)
  t.equal(await said('echo this; echo it is 1.2'), '1.2')
  t.equal(await said('echo it is 1; exit 3'), '1')
  t.equal(await said('echo no'), 'unknown')
  const file = join(directory, 'pid')
  t.equal(await said(`echo $$ >${file}; yes | head -c 100000; exec sleep 600`), 'unknown')
  const pid = Number(readFileSync(file, 'utf8'))
  await until('it is gone', () => !existsSync(`/proc/${pid}/exe`) || undefined)
})
