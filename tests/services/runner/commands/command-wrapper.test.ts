import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { identify } from '../../../../lib/processes/identity.ts'
import {
  forbidProcessFile,
  readExitFile,
  readProcessFile,
  readTimesFile,
} from '../../../../services/runner/commands/wrapper-files.ts'
import { parseTimes } from '../../../../services/runner/limits/command-usage.ts'
import { until } from '../../../until.ts'

const wrapper = join(import.meta.dirname, '../../../../services/runner/commands/command-wrapper.sh')
const root = mkdtempSync(join(tmpdir(), 'wrapper-'))
t.teardown(() => rmSync(root, { recursive: true }))

const shells = ['/bin/sh', '/bin/bash', '/bin/dash'].filter(shell => existsSync(shell))
for (const shell of shells) {
  const folder = () => mkdtempSync(join(root, 'command-'))
  const start = (
    directory: string,
    words: string[],
    env: Record<string, string> = {},
    blocks = '-',
    groups: string[] = [],
  ) =>
    spawn(shell, [wrapper, directory, blocks, String(groups.length), ...groups, ...words], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, ...env },
    })
  const finish = async (child: ChildProcess) => {
    let [stdout, stderr] = ['', '']
    child.stdout?.on('data', chunk => (stdout += chunk))
    child.stderr?.on('data', chunk => (stderr += chunk))
    const [code] = await once(child, 'close')
    return { stdout, stderr, code }
  }

  t.test(
    `${shell}: runs nothing where its process file was forbidden, and forbids nothing where it was quicker`,
    async t => {
      const directory = folder()
      const made = join(directory, 'made')
      t.equal(await forbidProcessFile(join(directory, 'process')), true)
      t.equal(await forbidProcessFile(join(directory, 'process')), false)
      await finish(start(directory, ['touch', made]))
      t.notOk(existsSync(made))
      t.equal(readProcessFile(join(directory, 'process')), undefined)

      const quicker = folder()
      await finish(start(quicker, ['touch', made]))
      t.ok(existsSync(made))
      t.equal(await forbidProcessFile(join(quicker, 'process')), false)
      const unmade = join(folder(), 'never', 'launched', 'process')
      t.equal(await forbidProcessFile(unmade), true, 'also where nothing was launched')
    },
  )

  t.test(`${shell}: names itself as lib/processes does, before the program starts`, async t => {
    const directory = folder()
    const child = start(directory, ['cat', join(directory, 'process')])
    const own = identify(child.pid ?? -1)
    const { stdout } = await finish(child)
    t.same(readProcessFile(join(directory, 'process')), own)
    t.equal(stdout, readFileSync(join(directory, 'process'), 'utf8'))
    t.equal(readExitFile(join(directory, 'exit')), 0)
  })

  t.test(`${shell}: records every code, and says nothing itself`, async t => {
    for (const [line, code] of [
      ['exit 0', 0],
      ['exit 255', 255],
      ['kill -9 $$', 137],
      ['kill -SEGV $$', 139],
      ['kill -TERM 0; sleep 60', 143],
      ['kill -INT 0; sleep 60', 130],
      ['kill -HUP 0; sleep 60', 129],
    ] as const) {
      const directory = folder()
      const { stdout, stderr } = await finish(start(directory, ['sh', '-c', line]))
      t.equal(readExitFile(join(directory, 'exit')), code, line)
      t.same([stdout, stderr], ['', ''])
    }
  })

  t.test(`${shell}: hands over words, environment and signals as they are`, async t => {
    const directory = folder()
    const { stdout } = await finish(
      start(directory, ['printf', '%s|', '', '*', '$x', 'a b', '-n', '\n'], { IFS: 'x' }),
    )
    t.equal(stdout, '|*|$x|a b|-n|\n|')
    const script = 'grep -E "^Sig(Ign|Blk)" /proc/self/status; ls /proc/self/fd; env | grep -c debug_server'
    const { stdout: through } = await finish(start(folder(), ['sh', '-c', script]))
    const plain = spawn('sh', ['-c', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH },
    })
    const { stdout: direct } = await finish(plain)
    t.match(direct, /SigBlk:\s0+\nSigIgn:\s0+\n(?:.*\n)*0\n$/)
    t.equal(through, direct, 'no signal ignored, no file of the wrapper open, no variable of it set')
  })

  t.test(`${shell}: of two for one command only the first runs it`, async t => {
    const directory = folder()
    const gate = join(directory, 'gate')
    const first = start(directory, ['sh', '-c', `echo ran; until [ -e ${gate} ]; do sleep 0.1; done; exit 3`])
    const firstDone = finish(first)
    await until('the first to run', () => readProcessFile(join(directory, 'process')))
    const second = await finish(start(directory, ['sh', '-c', 'echo ran; exit 4']))
    t.equal(second.stdout, '')
    t.equal(readExitFile(join(directory, 'exit')), undefined, 'which has not ended')
    writeFileSync(gate, '')
    t.equal((await firstDone).stdout, 'ran\n')
    t.equal(readExitFile(join(directory, 'exit')), 3)
  })

  t.test(`${shell}: keeps to the size of files, and tells the times of what it ran`, async t => {
    const directory = folder()
    const large = join(directory, 'large')
    const script = `i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; exec head -c 5000 /dev/zero > ${large}`
    const { stderr } = await finish(start(directory, ['sh', '-c', script], {}, '4'))
    t.equal(readExitFile(join(directory, 'exit')), 153)
    // bash counts in blocks of 1024 bytes where it is not run as sh.
    t.equal(statSync(large).size, shell === '/bin/bash' ? 4_096 : 2_048)
    t.equal(stderr, '')
    const times = parseTimes(readTimesFile(join(directory, 'times')))
    t.ok(times !== undefined && times.user > 0.01, JSON.stringify(times))
  })

  t.test(`${shell}: has the program alone join its groups before it runs, or does not run it`, async t => {
    const directory = folder()
    const groups = [join(directory, 'one group'), join(directory, 'other')]
    for (const group of groups) writeFileSync(group, '')
    const { stdout } = await finish(start(directory, ['cat', ...groups], {}, '-', groups))
    t.equal(stdout, '0\n0\n')
    const without = folder()
    const missing = join(without, 'missing', 'group')
    const refused = await finish(start(without, ['echo', 'ran'], {}, '-', [missing]))
    t.equal(refused.stdout, '')
    t.match(refused.stderr, missing)
    t.equal(readExitFile(join(without, 'exit')), 126)
  })

  t.test(`${shell}: runs nothing where it cannot record`, async t => {
    const { stdout } = await finish(start(join(root, 'missing'), ['echo', 'ran']))
    t.equal(stdout, '')
  })

  t.test(`${shell}: records even when its directory is removed meanwhile, to nobody's harm`, async t => {
    const directory = folder()
    const { stderr, code } = await finish(start(directory, ['rm', '-r', directory]))
    t.same([stderr, code], ['', 0])
  })
}
t.ok(shells.length > 0)
