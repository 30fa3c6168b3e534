import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { processEntry } from '../../../../lib/processes/process-table.ts'
import { findSystemTool } from '../../../../services/runner/commands/find-system-tool.ts'
import { Spawner, type SpawnerLimits } from '../../../../services/runner/spawning/spawner.ts'
import { startHere } from '../../../../services/runner/spawning/start-here.ts'
import type { StartProcess, StartRequest } from '../../../../services/runner/spawning/started-process.ts'
import { until } from '../../../until.ts'

const root = mkdtempSync(join(tmpdir(), 'spawner-'))
t.teardown(() => rmSync(root, { recursive: true }))
// What is started holds nobody up; here its end is waited for.
const waiting = setInterval(() => undefined, 1_000)
t.teardown(() => clearInterval(waiting))
const python = await findSystemTool('python3', process.env.PATH ?? '')
const linux = process.platform === 'linux'
const without = !linux
  ? 'the helper is for Linux alone'
  : python === undefined
    ? 'there is no python3'
    : false
if (without !== false && process.env.CI === 'true') throw new Error(without)

const line = (text: string, more: Partial<StartRequest> = {}): StartRequest => ({
  words: ['/bin/sh', '-c', text],
  environment: { PATH: process.env.PATH ?? '' },
  directory: root,
  descriptors: ['ignore', 'ignore', 'ignore'],
  ...more,
})

/** What a descriptor of this process is; undefined where it was that of the listing itself. */
function openAs(descriptor: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return undefined
  }
}

/** Who started it. */
const parentOf = (pid: number): number | undefined => processEntry(pid)?.ppid

/** One whose helper is ready, and the helper's pid. */
async function withHelper(
  limits: Partial<SpawnerLimits> = {},
): Promise<{ spawner: Spawner; helper: number }> {
  const spawner = new Spawner(async () => python, limits)
  const helper = await until('a program that the helper has started', async () => {
    const { pid, ended } = await spawner.start(line('read -r _ </dev/null; sleep 0.2'))
    const parent = parentOf(pid)
    await ended
    return parent === process.pid ? undefined : parent
  })
  return { spawner, helper }
}

async function output(
  start: StartProcess,
  request: StartRequest,
): Promise<{ text: string; code: number | null | 'untold' }> {
  const path = join(root, `output-${Math.random()}`)
  const log = openSync(path, 'a')
  try {
    const { ended } = await start({ ...request, descriptors: ['ignore', log, log] })
    const code = await ended
    return { text: readFileSync(path, 'utf8'), code }
  } finally {
    closeSync(log)
  }
}

const ways: [string, () => Promise<{ start: StartProcess; end: () => void }>][] = [
  ['by this process', async () => ({ start: startHere, end: () => undefined })],
  [
    'by the helper',
    async () => {
      const { spawner } = await withHelper()
      return { start: spawner.start, end: () => spawner[Symbol.dispose]() }
    },
  ],
]
for (const [how, way] of ways)
  t.test(`started ${how}`, { skip: how === 'by the helper' && without }, async t => {
    const { start, end } = await way()
    t.teardown(end)

    t.test('it has what it was given, and nothing else', async t => {
      const directory = join(root, 'ä b')
      mkdirSync(directory, { recursive: true })
      const environment = { ONE: 'ä\n"', TWO: '' }
      const { text, code } = await output(start, {
        ...line('pwd; /usr/bin/env; exit 7', { environment, directory }),
      })
      t.equal(code, 7)
      t.equal(text.replace(/^(_|PWD|SHLVL|OLDPWD)=.*\n/gm, ''), `${directory}\nONE=ä\n"\nTWO=\n`)
    })

    t.test('in a session of its own, with signals as the system has them', { skip: !linux }, async t => {
      const { text } = await output(
        start,
        // The shell itself blocks all signals while it starts one of these.
        line('cut -d" " -f1,6 /proc/$$/stat; grep Sig[BI] /proc/self/status'),
      )
      const [pid, sid] = text.split('\n')[0]?.split(' ') ?? []
      t.equal(sid, pid)
      t.match(text, /SigBlk:\s+0+\n/)
      // Two above the standard ones are the C library's own affair.
      t.match(text, /SigIgn:\s+0+[0189]?[08]0{7}\n/)
    })

    t.test('with its descriptors alone, as they are open', { skip: !linux }, async t => {
      const [input, log, options] = ['input', 'log', 'options'].map(name => join(root, name)) as [
        string,
        string,
        string,
      ]
      writeFileSync(input, 'typed\n')
      writeFileSync(log, 'before\n')
      writeFileSync(options, 'an option\n')
      const descriptors = [
        openSync(input, 'r'),
        openSync(log, 'a'),
        'ignore',
        'ignore',
        'ignore',
        'ignore',
        openSync(options, 'r'),
      ] as const
      unlinkSync(options)
      const { ended } = await start(
        line('cat; cat <&6; echo x >>/dev/fd/1; ls /proc/$$/fd', {
          descriptors,
        }),
      )
      t.equal(await ended, 0)
      for (const one of descriptors) if (one !== 'ignore') closeSync(one)
      t.match(readFileSync(log, 'utf8'), /^before\ntyped\nan option\nx\n0\n1\n2\n(\d{2,}\n)*6\n$/)
    })

    t.test('with a descriptor that nobody can open anew', { skip: !linux }, async t => {
      const own = readdirSync('/proc/self/fd').find(one => openAs(one)?.startsWith('anon_inode:'))
      if (own === undefined) throw new Error('this process has none')
      const log = join(root, 'unopened')
      const out = openSync(log, 'a')
      const { ended } = await start(
        line('readlink /proc/self/fd/0', { descriptors: [Number(own), out, out] }),
      )
      t.equal(await ended, 0)
      closeSync(out)
      t.match(readFileSync(log, 'utf8'), /^anon_inode:/)
    })

    t.test('what a signal ends has no code', async t => {
      const { pid, ended } = await start(line('exec sleep 60'))
      process.kill(pid, 'SIGKILL')
      t.equal(await ended, null)
    })

    t.test('what cannot be started tells why', async t => {
      await t.rejects(start(line('true', { directory: join(root, 'missing') })), { code: 'ENOENT' })
      await t.rejects(start({ ...line('true'), words: [join(root, 'missing')] }), { code: 'ENOENT' })
      const huge = { BIG: 'x'.repeat(200_000) }
      await t.rejects(start(line('true', { environment: huge })), { code: 'E2BIG' })
      t.equal(await (await start(line('exit 3'))).ended, 3, 'and the next one is')
    })

    t.test('many at once', async t => {
      const all = Array.from({ length: 60 }, async (_, i) => (await start(line(`exit ${i}`))).ended)
      t.same(
        await Promise.all(all),
        all.map((_, i) => i),
      )
    })
  })

t.test('where there is no helper, this process starts them', async t => {
  const talkative = join(root, 'talkative')
  writeFileSync(talkative, '#!/bin/sh\necho Welcome\necho null\nexec sleep 60\n', { mode: 0o700 })
  // Of the last one the system is not even asked: that it throws is as where there is no memory for a fork.
  for (const python of [undefined, '/bin/false', join(root, 'missing'), talkative, '\0']) {
    using spawner = new Spawner(async () => python)
    for (let i = 0; i < 3; i++) {
      const { pid, ended } = await spawner.start(line('sleep 0.1; exit 4'))
      t.equal(parentOf(pid), process.pid)
      t.equal(await ended, 4)
    }
  }
})

t.test(
  'after a helper that could not be used another is tried, when it is time',
  { skip: without },
  async t => {
    const ready = async (firstPauseMs: number, starts: number) => {
      let asked = 0
      const spawner = new Spawner(async () => (asked++ === 0 ? '/bin/false' : python), { firstPauseMs })
      t.teardown(() => spawner[Symbol.dispose]())
      for (let i = 0; i < starts; i++) {
        const { pid, ended } = await spawner.start(line('read -r _ </dev/null; sleep 0.1'))
        const parent = parentOf(pid)
        await ended
        if (parent !== process.pid) return asked
      }
      return asked === 1 ? 'not tried' : undefined
    }
    t.equal(await until('another helper', () => ready(1, 100)), 2)
    t.equal(await ready(1_000_000, 5), 'not tried')
  },
)

t.test('a helper that is killed', { skip: without }, async t => {
  const { spawner, helper } = await withHelper()
  t.teardown(() => spawner[Symbol.dispose]())
  const before = await spawner.start(line('exec sleep 60'))
  process.kill(helper, 'SIGKILL')
  t.equal(await before.ended, 'untold', 'nobody can tell how what it has started ends')
  t.ok(processEntry(before.pid), 'but that goes on')
  process.kill(before.pid, 'SIGKILL')
  t.equal(await (await spawner.start(line('exit 5'))).ended, 5, 'programs are started as before')
  await until('another helper', async () => {
    const { pid, ended } = await spawner.start(line('sleep 0.1'))
    const parent = parentOf(pid)
    await ended
    return parent !== process.pid
  })
})

t.test('a helper that does not answer is given up', { skip: without }, async t => {
  const { spawner, helper } = await withHelper({ startMs: 300 })
  t.teardown(() => spawner[Symbol.dispose]())
  process.kill(helper, 'SIGSTOP')
  const { pid, ended } = await spawner.start(line('sleep 0.1; exit 6'))
  t.equal(parentOf(pid), process.pid)
  t.equal(await ended, 6)
  await until('its end', () => processEntry(helper) === undefined)
})

t.test('one that does not tell of an end is given up as well', { skip: without }, async t => {
  const { spawner, helper } = await withHelper({ tellMs: 100 })
  t.teardown(() => spawner[Symbol.dispose]())
  const goesOn = await spawner.start(line('exec sleep 60'))
  const ends = await spawner.start(line('until [ -e stopped ]; do sleep 0.01; done'))
  process.kill(helper, 'SIGSTOP')
  writeFileSync(join(root, 'stopped'), '')
  t.equal(await ends.ended, 'untold')
  t.equal(await goesOn.ended, 'untold')
  await until('its end', () => processEntry(helper) === undefined)
  process.kill(goesOn.pid, 'SIGKILL')
})

t.test('what must not be started twice is told of', { skip: without }, async t => {
  const { spawner, helper } = await withHelper({ startMs: 300 })
  t.teardown(() => spawner[Symbol.dispose]())
  process.kill(helper, 'SIGSTOP')
  t.equal(await spawner.startOnce(line('exit 6')), 'untold')
})

t.test('when it is disposed of, a helper that is stopped ends as well', { skip: without }, async () => {
  const { spawner, helper } = await withHelper()
  process.kill(helper, 'SIGSTOP')
  spawner[Symbol.dispose]()
  await until('its end', () => processEntry(helper) === undefined)
})

t.test('and one that has not begun yet', { skip: without }, async () => {
  const slow = join(root, 'slow')
  const file = join(root, 'slow-pid')
  writeFileSync(slow, `#!/bin/sh\necho $$ >${file}\nexec sleep 600\n`, { mode: 0o700 })
  const spawner = new Spawner(async () => slow)
  await (await spawner.start(line('true'))).ended
  const pid = await until('it to be there', () =>
    existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined,
  )
  spawner[Symbol.dispose]()
  await until('its end', () => processEntry(pid) === undefined)
})

t.test(
  'when it is disposed of the helper ends, and what it has started does not',
  { skip: without },
  async t => {
    const { spawner, helper } = await withHelper()
    const { pid } = await spawner.start(line('exec sleep 60'))
    spawner[Symbol.dispose]()
    await until('its end', () => processEntry(helper) === undefined)
    t.notOk(processEntry(pid)?.zombie)
    process.kill(pid, constants.signals.SIGKILL)
  },
)
