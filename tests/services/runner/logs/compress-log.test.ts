import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { CompressedFile } from '../../../../lib/seekable-zstd/compressed-file.ts'
import { compressLog } from '../../../../services/runner/logs/compress-log.ts'

t.setTimeout(240_000)

const modulePath = new URL('../../../../services/runner/logs/compress-log.ts', import.meta.url).href
const mayGoOn = () => undefined

/** A log of a few megabytes. */
const log = Buffer.from(
  Array.from({ length: 60_000 }, (_, i) => `${i} ${(i * 2_654_435_761) % 4_294_967_296} a line\n`).join(''),
)

async function contentOf(path: string): Promise<Buffer | undefined> {
  await using file = await CompressedFile.open(path)
  return await file?.read(0, file.size)
}

t.test('a log is replaced by itself compressed', async t => {
  const directory = t.testdir({ 'stdout.log': log })
  const paths = { plain: join(directory, 'stdout.log'), compressed: join(directory, 'stdout.log.zst') }
  const stored = await compressLog({ ...paths, length: log.length }, mayGoOn)
  t.same(readdirSync(directory), ['stdout.log.zst'])
  t.equal(stored, statSync(paths.compressed).size)
  t.ok(stored < log.length / 2, `${stored} of ${log.length}`)
  t.ok((await contentOf(paths.compressed))?.equals(log))
  t.equal(statSync(paths.compressed).mode & 0o777, 0o600)
  t.equal(await compressLog({ ...paths, length: log.length }, mayGoOn), stored, 'once more changes nothing')
})

t.test('only what counts of it is kept', async t => {
  const directory = t.testdir({ log })
  const paths = { plain: join(directory, 'log'), compressed: join(directory, 'log.zst') }
  await compressLog({ ...paths, length: 300_001 }, mayGoOn)
  t.ok((await contentOf(paths.compressed))?.equals(log.subarray(0, 300_001)))
})

t.test('what is too small to save anything stays as it is', async t => {
  const directory = t.testdir({ log: 'a line\n' })
  const paths = { plain: join(directory, 'log'), compressed: join(directory, 'log.zst') }
  t.equal(await compressLog({ ...paths, length: 7 }, mayGoOn), 7)
  t.same(readdirSync(directory), ['log'])
  rmSync(paths.plain)
  t.equal(await compressLog({ ...paths, length: 7 }, mayGoOn), 0, 'one that is not there')
})

t.test('who may not go on leaves the log as it was', async t => {
  const directory = t.testdir({ log })
  const paths = { plain: join(directory, 'log'), compressed: join(directory, 'log.zst') }
  let blocks = 0
  const stop = () => {
    if (++blocks === 3) throw new Error('no more')
  }
  await t.rejects(compressLog({ ...paths, length: log.length }, stop), /no more/)
  t.same(readdirSync(directory), ['log'])
})

t.test('killed at any moment it leaves one or the other, and the next one completes it', async t => {
  const directory = t.testdir({ log })
  const paths = { plain: join(directory, 'log'), compressed: join(directory, 'log.zst') }
  const call = JSON.stringify({ ...paths, length: log.length })
  const program = `import { compressLog } from ${JSON.stringify(modulePath)}
    process.stdout.write('begun')
    await compressLog(${call}, () => undefined)`
  let killed = 0
  for (let i = 0; i < 12; i++) {
    rmSync(paths.compressed, { force: true })
    writeFileSync(paths.plain, log)
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    await once(child.stdout, 'data')
    await delay(i * 6)
    child.kill('SIGKILL')
    const [, signal] = await exited
    if (signal === 'SIGKILL') killed++
    if (existsSync(paths.plain)) t.ok(readFileSync(paths.plain).equals(log), 'the plain one is whole')
    if (existsSync(paths.compressed))
      t.ok((await contentOf(paths.compressed))?.equals(log), 'this one is whole')
    t.ok(existsSync(paths.plain) || existsSync(paths.compressed))
    await compressLog({ ...paths, length: log.length }, mayGoOn)
    t.same(readdirSync(directory), ['log.zst'], 'no draft is left')
    t.ok((await contentOf(paths.compressed))?.equals(log))
  }
  t.ok(killed >= 3, `${killed} were killed`)
})

t.test('a directory that is gone is not made anew', async t => {
  const directory = t.testdir({ session: { log } })
  const paths = { plain: join(directory, 'session/log'), compressed: join(directory, 'session/log.zst') }
  let asked = false
  const gone = () => {
    if (!asked) rmSync(join(directory, 'session'), { recursive: true })
    asked = true
  }
  await t.rejects(compressLog({ ...paths, length: log.length }, gone), { code: 'ENOENT' })
  t.same(readdirSync(directory), [])
})
