import { appendFileSync, cpSync, globSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { child } from './child.ts'
import { temporary } from './rig.ts'

const root = resolve(import.meta.dirname, '../../..')
t.setTimeout(240_000)

/** Writes down whether the sources of the command line are loaded, as a preload. */
const spy = `import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
registerHooks({
  load(url, context, next) {
    if (url.endsWith('/client/cli/main.ts')) appendFileSync(process.env.RAN, 'sources ')
    return next(url, context)
  },
})`

t.test('the command line is prepared once for each state of its sources, and does what they do', async t => {
  const directory = await temporary(t)
  const copy = join(directory, 'copy')
  for (const name of ['package.json', 'package-lock.json', 'lib', 'tasks', 'client', 'config', 'services'])
    cpSync(join(root, name), join(copy, name), { recursive: true, preserveTimestamps: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const [hook, log] = [join(directory, 'spy.mjs'), join(directory, 'ran')]
  writeFileSync(hook, spy)
  const run = async (...words: string[]) => {
    writeFileSync(log, '')
    const answer = await child(words, {
      environment: { HOME: directory, RAN: log, NODE_OPTIONS: `--import ${hook}` },
      directory,
      bin: join(copy, 'client/cli/bin.mjs'),
    })
    return { ...answer, ran: readFileSync(log, 'utf8').trim() || 'prepared' }
  }
  const manifests = () => globSync('.artifacts/prepared/*/debug-server/manifest.json', { cwd: copy })

  await delay(20)
  const first = await run('--help')
  t.match(first, { code: 0, stderr: '' })
  t.equal(manifests().length, 1)
  t.match(await run('--help'), { code: 0, stdout: first.stdout, ran: 'prepared' })
  const nobody = ['--base-url', 'http://127.0.0.1:1', '--token', 'dst_none', 'session', 'list']
  const [refused, unknown] = [await run(...nobody), await run('frobnicate')]
  t.match(refused, { code: 5, stdout: Buffer.of(), ran: 'prepared' })
  t.match(unknown, { code: 2, ran: 'prepared' })

  const bad = await run('session', 'list', '--limit', '0')
  t.match(bad, { code: 2, stderr: /limit/, ran: 'prepared' })

  appendFileSync(join(copy, 'client/cli/program.ts'), '\nprocess.stderr.write("edited ")\n')
  await delay(20)
  t.match(await run('--version'), { code: 0, stderr: 'edited ' }, 'an edit is in the next start')
  t.match(await run('--version'), { code: 0, stderr: 'edited ', ran: 'prepared' })

  rmSync(join(copy, '.artifacts'), { recursive: true })
  writeFileSync(join(copy, '.artifacts'), 'no directory')
  t.match(await run('--version'), { code: 0, stderr: 'edited ', ran: 'sources' }, 'nothing can be kept')
  t.match(await run(...nobody), { code: 5, ran: 'sources' })
  const { stderr } = await run('session', 'list', '--limit', '0')
  t.equal(stderr.replace('edited ', ''), bad.stderr, 'in the same words')
})
