import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { appsCompileCache } from '../../../config/workspace.ts'
import type { Exec, TaskContext } from '../../../tasks/engine/context.ts'
import { declaredApps } from '../../../tasks/services/app.ts'
import { compiled } from '../../../tasks/services/compiled.ts'
import { appPrograms, serviceNames } from '../../../tasks/services/service-names.ts'

const script = join(import.meta.dirname, '../../../tasks/services/compile-services.mjs')

const mainOf = (service: string) => `services/${service}/main.ts`

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
  const services = serviceNames.map(mainOf)
  t.same(compile(services), { status: 0, stdout: 'true\n', stderr: '' })
  t.same(compile(appPrograms), { status: 0, stdout: 'true\n', stderr: '' })
  for (const [name, { node_args = [] }] of declaredApps()) {
    const flags = [node_args].flat().map(String)
    t.same(compile([mainOf(name)], flags), { status: 0, stdout: 'false\n', stderr: '' }, name)
  }
  t.same(compile(appPrograms), { status: 0, stdout: 'false\n', stderr: '' })
  const { status, stderr } = compile([mainOf('nobody')])
  t.equal(status, 1)
  t.match(stderr, /services\/nobody\/main\.ts/)
  t.end()
})

t.test('sessions are shown what was compiled of their apps, and none of what else was run here', async t => {
  const ran: { names: readonly string[]; cache: string | undefined }[] = []
  const exec: Exec = async (_, [, ...names] = [], { env } = {}) => {
    ran.push({ names, cache: env?.NODE_COMPILE_CACHE })
    return { exitCode: 0, signal: null, stdout: '', stderr: '' }
  }
  const { run } = compiled.options
  if (typeof run !== 'function') throw new TypeError('it is a command')
  await run({}, { root: join(import.meta.dirname, '../../..'), exec } as TaskContext)
  t.same(ran, [
    {
      names: [
        ...serviceNames.map(mainOf),
        ...['client/mcp/main.ts', 'client/manager/main.ts'],
        ...['workspace-fs', 'grep'].map(name => `services/proxy/programs/${name}/main.ts`),
      ],
      cache: undefined,
    },
    { names: appPrograms, cache: appsCompileCache },
  ])
})
