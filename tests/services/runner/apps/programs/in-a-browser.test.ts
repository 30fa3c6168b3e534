import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { chromium } from '../../../../chromium.ts'
import { lacks } from '../../../api/development-tool.ts'
import { Program } from './rig.ts'

t.setTimeout(200_000)

const skip =
  chromium === undefined && process.env.CI !== 'true'
    ? 'there is no Chromium: apt-get install chromium, or set DEBUG_SERVER_CHROMIUM'
    : lacks('playwright-core')

/** The address of a program's socket for a browser, which knows no unix sockets. */
async function addressOf(t: Test, socket: string): Promise<string> {
  const server = createServer(client => {
    const program = connect(socket)
    for (const [one, other] of [
      [client, program],
      [program, client],
    ] as const) {
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  t.teardown(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on no port')
  return `http://127.0.0.1:${address.port}/`
}

const told = z.object({ errors: z.array(z.string()), violations: z.array(z.string()) })
const seenSchema = z.object({
  requests: z.array(z.string()),
  own: told,
  title: z.string(),
  rows: z.string(),
  address: z.string(),
  content: z.string(),
  hostile: z.string(),
  colour: z.string(),
})

t.test('a person uses files and a terminal', { skip }, async t => {
  await using files = await Program.start('files')
  await using terminal = await Program.start('terminal', '--', 'bash', '--norc', '--noprofile')
  mkdirSync(join(files.worktree, 'sub'))
  writeFileSync(
    join(files.worktree, 'hostile.html'),
    `<h1>harmless</h1><img src=x onerror="document.querySelector('h1').textContent = 'ran'"><script>document.querySelector('h1').textContent = 'ran'</script>`,
  )
  writeFileSync(join(files.worktree, 'style.css'), 'h1 { color: rgb(1, 2, 3) }')
  writeFileSync(join(files.worktree, 'styled.html'), '<link rel="stylesheet" href="style.css"><h1>x</h1>')
  const upload = join(files.outside, 'uploaded.txt')
  writeFileSync(upload, 'by a form')
  const addresses = [await addressOf(t, files.socket), await addressOf(t, terminal.socket)]
  const words = [join(import.meta.dirname, 'use-apps.mjs'), `${chromium}`, ...addresses, upload]
  const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: 180_000 })
  const seen = seenSchema.parse(JSON.parse(stdout))
  t.same(seen.own, { errors: [], violations: [] }, 'their policies let everything of theirs be')
  t.same(
    seen.requests.filter(url => !addresses.some(one => url.startsWith(one)) && !url.startsWith('data:')),
    [],
    'nothing from elsewhere',
  )
  t.equal(seen.title, 'bash (browser)')
  t.match(seen.rows, /\d{2}x\d{2,3}/)
  t.equal(seen.address, `${addresses[0]}view/sub/`)
  t.equal(seen.content, 'by a form')
  t.equal(readFileSync(join(files.worktree, 'sub', 'uploaded.txt'), 'utf8'), 'by a form')
  t.equal(seen.hostile, 'harmless', 'no script of a repository runs')
  t.equal(seen.colour, 'rgb(1, 2, 3)', 'but its pages look as they should')
})
