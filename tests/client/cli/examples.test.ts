import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { exitCodes } from '../../../client/cli/exit-codes.ts'
import { commandEntries } from '../../../client/cli/manual/entries.ts'
import { git } from '../git.ts'
import { standIn } from '../stand-in-server.ts'
import { at, cli, temporary } from './rig.ts'

const password = 'bright-kestrel-over-slate-roofs'

/** What a shell makes of these lines: for each the words that `debug-server` would get. */
function shellWords(lines: readonly string[], directory: string): string[][] {
  const script = [
    'debug-server() { printf "%s\\0" "$@" >&3; printf "\\1\\0" >&3; }',
    'less() { :; }',
    ...lines,
  ].join('\n')
  const { status, stderr, output } = spawnSync('bash', ['-c', script], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  if (status !== 0 || String(stderr) !== '') throw new Error(`bash: ${stderr}`)
  const words = String(output[3])
    .split('\x01\0')
    .map(part => part.split('\0').slice(0, -1))
  return words.slice(0, -1)
}

t.test('every example is understood, as a shell hands it over', async t => {
  const directory = await temporary(t)
  const files = ['fix.patch', 'token.txt', '.env', 'data.json', 'ca.pem']
  for (const name of files) await writeFile(join(directory, name), 'A=b\n-----BEGIN CERTIFICATE-----\n')
  await writeFile(join(directory, 'server.json'), '{}')
  git(directory, 'init', '--quiet', '--template=')
  git(directory, 'add', '--all')
  git(directory, 'commit', '--quiet', '--message', 'first')
  await writeFile(join(directory, '.env'), 'A=bcdef\n')
  for (const name of ['password.txt', 'old.txt', 'invite.txt'])
    await writeFile(join(directory, name), `${password}\n`)
  const server = await standIn({})
  t.teardown(() => server[Symbol.asyncDispose]())
  const environment = { ...at(server.url), DEBUG_SERVER_HOME: directory, PATH: process.env.PATH ?? '' }

  const lines = commandEntries().flatMap(({ path, examples }) =>
    examples.map(example => ['debug-server', ...path, example].join(' ')),
  )
  const typed = shellWords(lines, directory)
  t.equal(typed.length, lines.length)
  for (const [i, words] of typed.entries()) {
    // Some are asked for two secrets.
    const stdin = ['me', 'register'].includes(words[0] ?? '')
      ? `${password}\nanother-${password}\n`
      : `${password}\n`
    const { code, stderr } = await cli(words, { environment, directory, stdin })
    // Of these one only gets here from within; programs of their own have tests of their own.
    if (!['mcp', 'serve'].includes(words[0] ?? '')) t.not(code, exitCodes.usage, `${lines[i]}: ${stderr}`)
  }
})

t.test('every command has an example, a summary and a place of its own', t => {
  const entries = commandEntries()
  t.ok(entries.length > 60)
  t.equal(new Set(entries.map(({ path }) => path.join(' '))).size, entries.length)
  for (const { path, examples, summary } of entries) {
    t.ok(examples.length > 0, path.join(' '))
    t.match(summary, /^[A-Z]/)
  }
  t.end()
})
