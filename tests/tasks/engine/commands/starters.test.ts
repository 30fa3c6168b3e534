import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { identify } from '../../../../lib/processes/identity.ts'
import { scopeVariable } from '../../../../lib/processes/process-scope.ts'
import { Starters } from '../../../../tasks/engine/commands/starters.ts'
import { anyAlive } from '../../../lib/processes/zoo.ts'
import { until } from '../../../until.ts'
import { execWith, idleStarters, skip, tellParent, untilIdle } from './rig.ts'

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'starters-')))
t.teardown(() => rmSync(directory, { recursive: true }))

const capture = { output: 'capture' } as const
const node = process.execPath

t.test('a few short commands are started here, and the next ones by a starter', { skip }, async t => {
  const starters = new Starters({ limit: 1, environment: process.env, sentinel: undefined })
  const { sh } = execWith(t, starters, { environment: process.env })
  const parent = async () => Number((await sh(tellParent, capture)).stdout)
  for (let i = 0; i < 4; i++) t.equal(await parent(), process.pid)
  const starter = await until('another parent', async () => {
    const pid = await parent()
    return pid === process.pid ? undefined : pid
  })
  t.equal(await parent(), starter, 'it is used again')
  const identity = identify(starter)
  await starters[Symbol.asyncDispose]()
  t.notOk(anyAlive([identity]))
  t.equal(await parent(), process.pid, 'nothing begins one any more')
})

t.test('a command has nothing else than one that is started here', { skip }, async t => {
  const environment = {
    PATH: process.env.PATH,
    KEPT: 'k\n\u00e4"\'$x\\',
    GONE: 'g',
    'a.b%%': '()  {\n',
    EMPTY: '',
  }
  const { starters } = await idleStarters(t, { environment })
  const there = execWith(t, starters, { environment, cwd: directory })
  const here = execWith(t, new Starters({ limit: 0, environment, sentinel: undefined }), {
    environment,
    cwd: directory,
  })
  const script = `
    const { readFileSync, readdirSync, readlinkSync } = require('node:fs')
    const { ${scopeVariable}: marks, ...rest } = process.env
    const status = readFileSync('/proc/self/status', 'utf8').split('\\n')
    const [, , pgrp] = readFileSync('/proc/self/stat', 'utf8').replace(/.*\\) /, '').split(' ')
    console.log(JSON.stringify({
      argv: process.argv, argv0: process.argv0, rest, cwd: process.cwd(), umask: process.umask(), marks: marks.split(':').length,
      leads: Number(pgrp) === process.pid,
      status: status.filter(line => /^(Sig(Blk|Ign|Cgt)|Uid|Gid|Groups|NoNewPrivs|CapEff):/.test(line)),
      stdin: readlinkSync('/proc/self/fd/0'),
      streams: [1, 2].map(fd => readlinkSync('/proc/self/fd/' + fd).replace(/\\d+/, '')),
    }))`
  const args = [
    '-e',
    script,
    '--',
    '',
    ' a  b ',
    'ä\n"\'`$HOME\\',
    '-x',
    '\u0001\u007f',
    '*',
    'x'.repeat(100_000),
  ]
  const options = { ...capture, env: { GONE: undefined, NEW: 'a=b', PATH: process.env.PATH } }
  const [one, other] = await Promise.all([there.exec(node, args, options), here.exec(node, args, options)])
  t.same(JSON.parse(one.stdout), JSON.parse(other.stdout))
  const open = 'ls -l /proc/self/fd | sed "s/.* \\([0-9]* -> [^0-9]*\\).*/\\1/"'
  t.equal((await there.sh(open, capture)).stdout, (await here.sh(open, capture)).stdout, 'descriptors')
  t.not((await there.sh(tellParent, capture)).stdout, (await here.sh(tellParent, capture)).stdout)
  const relative = await there.exec('pwd', [], { ...capture, cwd: '.' })
  t.equal(relative.stdout, `${process.cwd()}\n`, 'a relative directory is one of this process')
})

t.test('ends and errors are those of one that is started here', { skip }, async t => {
  const { starters, environment } = await idleStarters(t)
  const there = execWith(t, starters, { environment, cwd: directory })
  const here = execWith(t, new Starters({ limit: 0, environment, sentinel: undefined }), {
    environment,
    cwd: directory,
  })
  writeFileSync(join(directory, 'plain'), 'echo from a script; exit 3\n', { mode: 0o755 })
  writeFileSync(join(directory, 'closed'), '#!/bin/sh\n', { mode: 0o644 })
  writeFileSync(join(directory, 'nowhere'), '#!/no/such/interpreter\n', { mode: 0o755 })
  const shells = [
    'exit 0',
    'exit 1',
    'exit 130',
    'exit 255',
    'kill -INT $$',
    'kill -PIPE $$',
    'kill -9 $$',
    'kill -TERM $$',
  ]
  const cases: [string, string[], object?][] = [
    ...shells.map((text): [string, string[]] => ['sh', ['-c', text]]),
    ['./plain', []],
    ['./closed', []],
    ['./nowhere', []],
    ['no-such-program', []],
    ['', []],
    ['true', ['a\0b']],
    ['true', [], { cwd: '/no/such' }],
    ['true', [], { cwd: join(directory, 'plain') }],
    ['true', ['x'.repeat(200_000)]],
    ['true', [], { env: { LARGE: 'x'.repeat(200_000) } }],
    ['true', [], { env: { PATH: '/no/such' } }],
  ]
  for (const [file, args, options] of cases) {
    const told = ({ exec }: typeof there) =>
      exec(file, args, options).then(
        ({ exitCode, signal, stdout }) => ({ exitCode, signal, stdout }),
        ({ name, message, fault, code }) => ({ name, message, fault, code }),
      )
    await untilIdle(starters)
    t.same(
      await told(there),
      await told(here),
      `${file} ${args.join(' ').slice(0, 50)} ${Object.keys(options ?? {})}`,
    )
  }
})

t.test('what each says is its own, whoever runs beside it and whatever is left behind', { skip }, async t => {
  const { starters, environment } = await idleStarters(t, { limit: 4 })
  const leaves = '(sleep 0.03; echo late) & '
  const daemon = 'setsid sh -c "sleep 0.03; echo daemon; sleep 300" & '
  const scopes = Array.from({ length: 120 }, (_, i) => i)
  const worker = async () => {
    for (let i = scopes.pop(); i !== undefined; i = scopes.pop()) {
      const { sh, scope } = execWith(t, starters, { environment })
      const left = i % 8 === 3 ? leaves : i % 8 === 5 ? daemon : ''
      const text = `${left}printf 'out %s' ${i}; printf 'err %s\\n' ${i} >&2; exit ${i % 7}`
      const { stdout, stderr, exitCode } = await sh(text, { ...capture, check: false })
      t.ok(stdout === `out ${i}` || (left !== '' && /^out \d+(late|daemon)\n$/.test(stdout)), stdout)
      t.equal(stdout.startsWith(`out ${i}`), true)
      t.same([stderr, exitCode], [`err ${i}\n`, i % 7])
      await scope.end()
    }
  }
  await Promise.all(Array.from({ length: 6 }, worker))
})

t.test('megabytes, cut anywhere, end with the command', { skip }, async t => {
  const { starters, environment } = await idleStarters(t)
  const { sh } = execWith(t, starters, { environment })
  for (const bytes of [1, 4096, 65_536, 1_000_003]) {
    await untilIdle(starters)
    const text = (letter: string) => `head -c ${bytes} /dev/zero | tr "\\0" ${letter}`
    const { stdout, stderr } = await sh(`${text('x')}; ${text('y')} >&2`, capture)
    t.ok(stdout === 'x'.repeat(bytes) && stderr === 'y'.repeat(bytes), `${bytes}`)
  }
})

t.test('a command that changes its streams changes them for no other', { skip }, async t => {
  const { starters, environment } = await idleStarters(t)
  const { exec, sh } = execWith(t, starters, { environment })
  const large = 'head -c 3000000 /dev/zero | tr "\\0" x'
  // Node makes them refuse what finds no room, and leaves them so when it is killed.
  await exec(node, ['-e', 'process.stdout.write("x", () => process.kill(process.pid, 9))'], {
    ...capture,
    check: false,
  })
  await untilIdle(starters)
  t.equal((await sh(large, capture)).stdout.length, 3_000_000)
  await untilIdle(starters)
  t.equal((await exec(node, ['-e', 'process.stdout.end("shut down")'], capture)).stdout, 'shut down')
  await untilIdle(starters)
  await exec(node, ['-e', 'process.stderr.end(); process.stdout.end()'], capture)
  await untilIdle(starters)
  t.equal((await sh(large, capture)).stdout.length, 3_000_000)
})

t.test('where there is no Perl, or something else in its place, all goes on as before', { skip }, async t => {
  const liar = join(directory, 'liar')
  writeFileSync(liar, '#!/bin/sh\necho ready; echo nonsense >&3; exec sleep 300\n', { mode: 0o755 })
  const quitter = join(directory, 'quitter')
  writeFileSync(quitter, '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  for (const perl of ['/no/such/perl', '/bin/false', directory, liar, quitter]) {
    const starters = new Starters({ limit: 2, environment: process.env, sentinel: undefined, perl })
    const { sh } = execWith(t, starters, { environment: process.env })
    for (let i = 0; i < 12; i++) t.equal((await sh(tellParent, capture)).stdout, `${process.pid}\n`, perl)
    await starters[Symbol.asyncDispose]()
  }
})

t.test('an environment that cannot be handed on is left to this process', { skip }, async t => {
  const environment = { PATH: process.env.PATH, '': 'x' }
  const starters = new Starters({ limit: 1, environment, sentinel: undefined })
  t.teardown(() => starters[Symbol.asyncDispose]())
  const { sh } = execWith(t, starters, { environment })
  for (let i = 0; i < 8; i++) t.equal((await sh(tellParent, capture)).stdout, `${process.pid}\n`)
})

t.test('commands that leave somebody each time are not paid for by others', { skip }, async t => {
  const environment = { ...process.env }
  const starters = new Starters({ limit: 4, environment, sentinel: undefined })
  t.teardown(() => starters[Symbol.asyncDispose]())
  const { sh } = execWith(t, starters, { environment })
  const parents = new Set<string>()
  const text = `sleep 300 >/dev/null 2>&1 & ${tellParent}`
  for (let i = 0; i < 60; i++) parents.add((await sh(text, capture)).stdout)
  t.ok(parents.size <= 5, `${parents.size} parents`)
})
