import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { z } from 'zod'
import { flagsOf } from '../../tasks/engine/params/declaration.ts'
import { declareParams } from '../../tasks/engine/params/declare.ts'
import { meaningless, smokeFlags } from '../../tasks/smoke/flags.ts'
import { readFlags } from '../../tasks/smoke/read-flags.ts'
import { smoke } from '../../tasks/smoke/tasks.ts'
import { readParams } from '../tasks/read-params.ts'
import { flagTests, leftTests, stepTests } from './seed-map.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../docs/smoke.md'), 'utf8')
const declarations = declareParams('smoke', smokeFlags(z))
const kebab = (name: string) => `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`

t.test(
  'flags come from SMOKE_ARGS, the command line and what follows "--"; the last that said one counts',
  async t => {
    const read = (smokeArgs: string, params: object, rest: string[]) => readFlags({ params, rest, smokeArgs })
    t.match(await read('--port 1 --test-scope none', {}, []), { port: 1, testScope: 'none' })
    t.match(await read('--port 1', { port: 2 }, []), { port: 2 })
    t.match(await read('--port 1', { port: 2 }, ['--port=3', '--no-port-kill']), { port: 3, portKill: false })
    t.match(await read("--workspace 'a b'", {}, []), { workspace: 'a b' })
    t.match(await read('', {}, ['--pytest-scope', 'full']), { testScope: 'full' })
    t.match(await read('--pytest-scope full', { testScope: 'none' }, []), { testScope: 'none' })
  },
)

t.test('what is wrong is refused with where it was said, and what was meant', async t => {
  const read = (smokeArgs: string, rest: string[] = []) => readFlags({ params: {}, rest, smokeArgs })
  await t.rejects(read('--plan-onl'), {
    message: /SMOKE_ARGS: smoke takes no --plan-onl/,
    fix: /"--plan-only"/,
  })
  await t.rejects(read('', ['--port', '0']), { message: /"--": --port is "0"/ })
  await t.rejects(read('', ['--test-scope', 'all']), { message: /--test-scope is "all"/ })
  await t.rejects(read("--workspace 'a"), { message: /a quote that is not closed/ })
  await t.rejects(readParams(smoke, ['--restart-timeout', '0']), { message: /--restart-timeout is "0"/ })
})

t.test('what has no meaning here is refused with the reason, wherever it is said', async t => {
  for (const [name, reason] of Object.entries(meaningless)) {
    const expected = { name: 'UserError', message: new RegExp(`no meaning here: ${reason.slice(0, 20)}`) }
    const said = {
      captureDiagLogs: ['--capture-diag-logs'],
      forceNoLogs: ['--force-no-logs'],
      bootstrapBuild: ['--no-bootstrap-build'],
    }[name] ?? [kebab(name), 'x']
    await t.rejects(readParams(smoke, said), expected, name)
    await t.rejects(readFlags({ params: {}, rest: said, smokeArgs: undefined }), expected, name)
  }
})

t.test('the page has every flag and no other, with what --help says of it', async t => {
  const ours = page.split('\n## ').find(part => part.startsWith('Flags\n')) ?? ''
  const rows = ours.split('\n').filter(line => /^\| `--/.test(line))
  const shown = rows.map(row => /`(--[a-z0-9-]+)/.exec(row)?.[1])
  const known = declarations.filter(({ hidden }) => hidden !== true)
  t.same(
    shown,
    known.map(({ flag }) => flag),
  )
  for (const { flag, describe = '' } of known) {
    const row = rows.find(line => new RegExp(`^\\| \`${flag}[ \`]`).test(line)) ?? ''
    const [meaning = '', preset] = describe.split('; default: ')
    t.ok(row.includes(meaning), `${flag}: ${meaning}`)
    if (preset !== undefined) t.ok(row.includes(preset), `${flag} defaults to ${preset}`)
  }
  for (const name of Object.keys(meaningless))
    t.ok(page.includes(`\`${name === 'bootstrapBuild' ? '--no-bootstrap-build' : kebab(name)}\``), name)
  const flags = flagsOf(declarations)
  const said = [...page.matchAll(/(?<![\w-])--[a-z][a-z0-9-]*[a-z0-9](?![\w-])/g)].map(([flag]) => flag)
  const others = [
    '--code',
    '--json',
    '--version',
    '--taskfile',
    '--no-restart',
    '--format',
    '--global',
    '--cd',
  ]
  t.same(
    said.filter(flag => !flags.includes(flag) && !others.includes(flag)),
    [],
    'and speaks of none that there is not',
  )
})

/** What the harness that this one succeeds could be told, as its own help had it. */
const theirs = [
  ...['source', 'workspace', 'reuse-workspace', 'no-reuse-workspace', 'keep-workspace', 'force-workspace'],
  ...['force-outdated', 'force-bootstrap', 'bootstrap-only', 'no-bootstrap-build', 'skip-bootstrap'],
  ...['cleanup-only', 'plan-only', 'codex-cli', 'codex-home', 'capture-debug-tools', 'capture-diag-logs'],
  ...['force-no-logs', 'restart-timeout', 'restart-retries', 'heartbeat-timeout', 'pm2-kill', 'no-pm2-kill'],
  ...['no-port-kill', 'port', 'pytest-scope', 'proxy-source', 'wrapper-release', 'go-flags', 'gomaxprocs'],
  ...['python-bin'],
].map(name => `--${name}`)

t.test('the map of what was before has each of its flags, and each row the tests that show it', async t => {
  const [, map = ''] = page.split('\n## From the Python harness\n')
  const [, ...tables] = map.split(/\n### .*\n/)
  const expected = [flagTests, stepTests, leftTests]
  t.equal(tables.length, expected.length)
  const [mapped = ''] = tables
  for (const flag of theirs) {
    const row = mapped.split('\n').find(line => line.split(' | ')[0]?.includes(`\`${flag}\``))
    t.ok(row, `${flag} is mapped`)
    if (!row?.includes('refused')) t.ok(flagsOf(declarations).includes(flag), `${flag} is one of ours`)
  }
  for (const [at, titlesOf] of expected.entries()) {
    const rows = rowsOf(tables[at] ?? '')
    t.same(rows.map(([there]) => there).sort(), Object.keys(titlesOf).sort(), 'each row has its tests')
    for (const [there = '', here, tests = ''] of rows) {
      const files = [...tests.matchAll(/`(tests\/[^`]+)`/g)].map(([, file = '']) => file)
      t.ok(here !== '' && files.length > 0, `${there} has its test`)
      const titles = titlesOf[there] ?? []
      for (const file of files)
        t.ok(
          titles.some(title => titlesIn(file).some(one => one.includes(title))),
          `${there}: ${file} has a test that shows it`,
        )
      for (const title of titles)
        t.ok(
          files.some(file => titlesIn(file).some(one => one.includes(title))),
          `${there}: "${title}" is in ${files}`,
        )
    }
  }
})

const rowsOf = (table: string): string[][] =>
  table
    .split('\n')
    .filter(line => line.startsWith('| ') && !/^\| (?:there|-+) /.test(line))
    .map(line => line.split(' | ').map(cell => cell.replace(/^\| | \|$/g, '').trim()))

/** The titles of a file's tests, as they stand in it. */
const titlesIn = (file: string): string[] =>
  [
    ...readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8').matchAll(
      /\bt\.test\(\s*(['"`])((?:\\.|(?!\1).)+)\1/g,
    ),
  ].map(([, , title = '']) => title)
