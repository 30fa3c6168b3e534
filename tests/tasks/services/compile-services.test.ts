import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { declaredApps } from '../../../tasks/services/app.ts'
import { appPrograms, serviceNames } from '../../../tasks/services/service-names.ts'

const script = join(import.meta.dirname, '../../../tasks/services/compile-services.mjs')

/** Says in the end whether Node's compiler of TypeScript was loaded, which only sources need that are compiled nowhere. */
const probe = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => console.log(process.moduleLoadList.some(name => name.includes('amaro'))))`,
)}`

t.test('what is compiled beforehand no service compiles again, and none is started', t => {
  const cache = t.testdir()
  const compile = (names: readonly string[], flags: readonly string[] = []) => {
    const words = [...flags, '--import', probe, script, ...names]
    const { status, stdout, stderr } = spawnSync(process.execPath, words, {
      env: { NODE_COMPILE_CACHE: cache },
      encoding: 'utf8',
    })
    return { status, stdout, stderr }
  }
  t.same(compile([...serviceNames, ...appPrograms]), { status: 0, stdout: 'true\n', stderr: '' })
  for (const [name, { node_args = [] }] of declaredApps()) {
    const flags = [node_args].flat().map(String)
    t.same(compile([name], flags), { status: 0, stdout: 'false\n', stderr: '' }, name)
  }
  t.same(compile(appPrograms), { status: 0, stdout: 'false\n', stderr: '' })
  const { status, stderr } = compile(['nobody'])
  t.equal(status, 1)
  t.match(stderr, /services\/nobody\/main\.ts/)
  t.end()
})
