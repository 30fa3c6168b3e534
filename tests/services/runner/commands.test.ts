import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { identify, isAlive } from '../../../lib/processes/identity.ts'
import { getCommand, listCommands } from '../../../services/store/commands.ts'
import { until } from '../../until.ts'
import { runnerRig } from './rig.ts'

t.test('what a command finds and leaves', async t => {
  const rig = await runnerRig(t, { inherit: { TZ: 'UTC', DEBUG_SERVER_SCOPES: 'outer' } })
  process.env.SECRET_OF_THE_SERVER = 'hidden'
  t.teardown(() => {
    delete process.env.SECRET_OF_THE_SERVER
  })
  const repository = await rig.repository({
    'README.md': 'hello\n',
    'sub/run.sh': '#!/bin/sh\necho "$0 $@"; pwd\n',
  })
  const session = await rig.session(repository)
  t.match(session, { status: 'running', failure_json: null })

  await t.test('words are run without a shell', async t => {
    const row = await rig.run(session, ['printf', '%s|', '$HOME', '*', 'a b', "it's", '', '\n', '-n'])
    t.match(row, { status: 'succeeded', exit_code: 0, failure_json: null })
    t.equal(rig.stdout(row), "$HOME|*|a b|it's||\n|-n|")
    t.equal(rig.stderr(row), '')
  })

  await t.test('a line is run by a shell', async t => {
    const row = await rig.run(session, 'for i in 1 2; do echo $i; done; echo no >&2; exit 3')
    t.match(row, { status: 'failed', exit_code: 3, failure_json: null, stdout_bytes: 4, stderr_bytes: 3 })
    t.equal(rig.stdout(row), '1\n2\n')
    t.equal(rig.stderr(row), 'no\n')
    t.ok(row.started_at !== null && row.ended_at !== null && row.started_at <= row.ended_at)
  })

  await t.test('words that name builtins of the shell are programs', async t => {
    const row = await rig.run(session, ['echo', 'from', 'a', 'program'])
    t.equal(rig.stdout(row), 'from a program\n')
    t.match(await rig.run(session, ['exit', '3']), { status: 'failed', exit_code: null })
  })

  await t.test('the environment is built', async t => {
    const row = await rig.run(session, ['env', '-0'], { environment: { MINE: 'a\nb', TERM: 'vt100' } })
    const found = Object.fromEntries(
      rig
        .stdout(row)
        .split('\0')
        .filter(Boolean)
        .map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    )
    t.match(found, {
      HOME: rig.files.home(session.id),
      TMPDIR: rig.files.temporary(session.id),
      PWD: realpathSync(rig.files.worktree(session.id)),
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      MINE: 'a\nb',
      TERM: 'vt100',
      DEBUG_SERVER_SESSION: session.id,
      DEBUG_SERVER_COMMAND: row.id,
      DEBUG_SERVER_SCOPES: `outer:${row.id}`,
    })
    const known =
      /^(?:HOME|TMPDIR|PWD|OLDPWD|SHLVL|_|LANG|LC_ALL|TZ|MINE|TERM|PATH|USER|LOGNAME|SHELL|DEBUG_SERVER_(?:SESSION|COMMAND|SCOPES))$/
    t.same(
      Object.keys(found).filter(name => !known.test(name)),
      [],
      'and nothing else',
    )
  })

  await t.test('it starts in the directory asked for, with nothing to read', async t => {
    const row = await rig.run(session, ['./run.sh', 'x'], { directory: 'sub' })
    t.equal(rig.stdout(row), `./run.sh x\n${realpathSync(join(rig.files.worktree(session.id), 'sub'))}\n`)
    t.equal(rig.stdout(await rig.run(session, 'cat; echo done')), 'done\n')
  })

  await t.test('home and temporary directories are there, and private', async t => {
    const row = await rig.run(session, 'stat -c %a "$HOME" "$TMPDIR" && echo x > ~/x && mktemp >/dev/null')
    t.match(row, { status: 'succeeded' })
    t.equal(rig.stdout(row), '700\n700\n')
  })

  await t.test('bytes are kept as they are', async t => {
    const row = await rig.run(session, "printf '\\0\\377\\303\\n\\r\\033[0m'; printf '\\376' >&2")
    t.same(rig.log(row, 'stdout'), Buffer.from([0, 0xff, 0xc3, 0x0a, 0x0d, 0x1b, 0x5b, 0x30, 0x6d]))
    t.same(rig.log(row, 'stderr'), Buffer.from([0xfe]))
  })

  await t.test('all of a large output is kept', async t => {
    const row = await rig.run(session, 'yes 0123456789abcde | head -c 5000000; head -c 5000000 /dev/zero >&2')
    t.match(row, { status: 'succeeded', stdout_bytes: 5_000_000, stderr_bytes: 5_000_000 })
    const expected = createHash('sha256').update('0123456789abcde\n'.repeat(312_500)).digest('hex')
    t.equal(createHash('sha256').update(rig.log(row, 'stdout')).digest('hex'), expected)
  })

  await t.test('a program may close its output and go on', async t => {
    const row = await rig.run(session, 'exec >&- 2>&-; touch after; exit 4')
    t.match(row, { status: 'failed', exit_code: 4, stdout_bytes: 0, stderr_bytes: 0 })
    t.ok(readdirSync(rig.files.worktree(session.id)).includes('after'))
  })

  await t.test(
    'ended by a signal, it has the code that a shell gives, and no words of ours in its log',
    async t => {
      const row = await rig.run(session, ['sh', '-c', 'kill -SEGV $$'])
      t.match(row, { status: 'failed', exit_code: 139, failure_json: null, stderr_bytes: 0 })
      t.match(await rig.run(session, ['sh', '-c', 'kill -TERM 0; sleep 60']), {
        exit_code: 143,
        status: 'failed',
      })
    },
  )

  await t.test('what it leaves in the background ends before its end is told', async t => {
    const line = `sleep 300 & echo pid $!; setsid sh -c 'echo pid $$; touch up; exec sleep 300' & until [ -e up ]; do :; done; exit 5`
    const row = await rig.run(session, line)
    t.match(row, { status: 'failed', exit_code: 5 })
    const pids = [...rig.stdout(row).matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid))
    t.equal(pids.length, 2)
    for (const pid of pids) {
      const identity = identify(pid)
      t.notOk(identity !== undefined && isAlive(identity), `${pid} is gone`)
    }
    t.equal(readFileSync(rig.files.log(session.id, row.id, 'stdout')).length, row.stdout_bytes)
  })
})

t.test('what cannot start fails, says why, and the next one runs', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository({
    'README.md': 'hello\n',
    plain: 'text\n',
    'bad.sh': '#!/no/such/interpreter\n',
    'sub/file': '',
  })
  const session = await rig.session(repository)
  symlinkSync('/', join(rig.files.worktree(session.id), 'out'))
  const cases: { command: string | string[]; directory?: string; reason: string; says: RegExp }[] = [
    {
      command: ['no-such-program', '-v'],
      reason: 'executable_not_found',
      says: /no-such-program: no such program/,
    },
    { command: ['./missing'], reason: 'executable_not_found', says: /\.\/missing/ },
    { command: ['-x'], reason: 'executable_not_found', says: /-x: no such program/ },
    { command: ['./plain'], reason: 'not_executable', says: /\.\/plain: may not be executed/ },
    { command: ['./sub'], reason: 'not_executable', says: /\.\/sub/ },
    {
      command: ['true'],
      directory: 'gone',
      reason: 'directory_not_found',
      says: /gone: there is no such directory/,
    },
    {
      command: ['true'],
      directory: 'README.md',
      reason: 'directory_not_found',
      says: /README.md: is not a directory/,
    },
    {
      command: ['true'],
      directory: 'out/etc',
      reason: 'directory_not_found',
      says: /leads out of the worktree/,
    },
    {
      command: ['true', 'é'.repeat(90_000)],
      reason: 'spawn_failed',
      says: /true could not be started: .*too long/,
    },
  ]
  for (const { command, directory, reason, says } of cases)
    await t.test(`${String(command).slice(0, 30)} in ${directory ?? '.'}: ${reason}`, async t => {
      const row = await rig.run(session, command, directory === undefined ? {} : { directory })
      t.match(row, { status: 'failed', exit_code: null, failure_json: new RegExp(`"${reason}"`) })
      t.match(row.failure_json, says)
      t.match(rig.stderr(row), says)
    })

  await t.test('a shell line tells it by its exit code, and by a reason where that is certain', async t => {
    const missing = await rig.run(session, 'no-such-program -v')
    t.match(missing, { status: 'failed', exit_code: 127, failure_json: /executable_not_found/ })
    t.match(rig.stderr(missing), /not found/)
    t.match(await rig.run(session, 'exit 127'), { status: 'failed', exit_code: 127, failure_json: null })
    t.match(await rig.run(session, './plain'), { exit_code: 126, failure_json: /not_executable/ })
  })
  t.match(
    await rig.run(session, ['./bad.sh']),
    { status: 'failed', exit_code: 127 },
    'its interpreter is missing',
  )
  t.match(await rig.run(session, ['true']), { status: 'succeeded' })
})

t.test('commands of a session', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()

  await t.test('run side by side', async t => {
    const session = await rig.session(repository)
    const meet = (mine: string, other: string) => `touch ${mine}; until [ -e ${other} ]; do sleep 0.1; done`
    const first = await rig.queue(session, meet('a', 'b'), { timeout: 20 })
    const second = await rig.queue(session, meet('b', 'a'), { timeout: 20 })
    t.match(await rig.ended(first), { status: 'succeeded' })
    t.match(await rig.ended(second), { status: 'succeeded' })
  })

  await t.test('given with the session run one after the other and stop at the first failure', async t => {
    const id = await rig.createSession(repository, {
      commands: [
        'echo 1 >> order',
        ['sh', '-c', 'echo 2 >> order'],
        'cat order; exit 9',
        'echo 4 >> order',
        'true',
      ],
    })
    const rows = await until('all to end', async () => {
      const all = await listCommands(rig.store, id)
      return all.every(row => row.ended_at !== null) ? all : undefined
    })
    t.same(
      rows.map(({ status, exit_code }) => ({ status, exit_code })),
      [
        { status: 'succeeded', exit_code: 0 },
        { status: 'succeeded', exit_code: 0 },
        { status: 'failed', exit_code: 9 },
        { status: 'cancelled', exit_code: null },
        { status: 'cancelled', exit_code: null },
      ],
    )
    for (const row of rows.slice(3)) t.match(row.failure_json, /earlier_command_failed/)
    const [, , third] = rows
    if (third !== undefined) t.equal(rig.stdout(third), '1\n2\n')
  })
})

t.test('slots are shared fairly between sessions', async t => {
  const rig = await runnerRig(t, { slots: 2 })
  const repository = await rig.repository()
  const greedy = await rig.session(repository)
  const modest = await rig.session(repository)
  await rig.stop()
  const gate = await rig.queue(greedy, 'until [ -e go ]; do sleep 0.1; done', { timeout: 20 })
  const many = []
  for (let i = 0; i < 5; i++) many.push(await rig.queue(greedy, ['true']))
  const one = await rig.queue(modest, 'until [ -e go ]; do sleep 0.1; done', { timeout: 20 })
  await rig.start()
  await until('the latest to run', async () => (await getCommand(rig.store, one))?.started_at)
  t.match(await getCommand(rig.store, gate), { status: 'running' })
  for (const id of many)
    t.match(await getCommand(rig.store, id), { status: 'queued' }, 'no more than the slots')
  for (const session of [greedy, modest]) writeFileSync(join(rig.files.worktree(session.id), 'go'), '')
  for (const id of [gate, one, ...many]) t.match(await rig.ended(id), { status: 'succeeded' })
})
