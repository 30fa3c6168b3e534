import { spawnSync } from 'node:child_process'
import t from 'tap'
import { type FailureReport, failureReportSchema } from '../../../../../services/contract/debug-report.ts'
import { DebugClient, debugRig, noDebugpy } from '../debug-rig.ts'

const worker = `import sys


def work(n):
    doubled = n * 2
    if n == 3:
        sys.exit(doubled)
    if n < 0:
        raise ValueError('not below zero')
    while n == 9:
        doubled += 1
    return doubled
`

const processes = `import multiprocessing, sys
from worker import work


class Own(multiprocessing.get_context('fork').Process):
    def run(self):
        work(-7)


if __name__ == '__main__':
    how, *numbers = sys.argv[1:]
    if how == 'own':
        all = [Own()]
    else:
        context = multiprocessing.get_context(how)
        all = [context.Process(target=work, args=(int(n),)) for n in numbers]
    for one in all:
        one.start()
    for one in all:
        one.join()
    print([one.exitcode for one in all], flush=True)
`

const runs = `import subprocess, sys
code = subprocess.call([sys.executable, 'fails.py'])
print(code, flush=True)
`

const fails = `import subprocess, sys
from worker import work

helper = subprocess.Popen(['sleep', '60'])
work(-1)
`

const forks = `import os, sys


def run_tests():
    if sys.argv[1] == 'unittest':
        import unittest
        unittest.main('test_cart', argv=['x'], exit=False)
    else:
        import pytest
        pytest.main(['-p', 'no:cacheprovider', '-q', 'test_cart.py'])


pid = os.fork()
if pid == 0:
    run_tests()
    os._exit(0)
os.waitpid(pid, 0)
`

const tests = `import unittest


class Cart(unittest.TestCase):
    def test_total(self):
        total = 3
        self.assertEqual(total, 4)
`

const files = {
  'worker.py': worker,
  'processes.py': processes,
  'runs.py': runs,
  'fails.py': fails,
  'forks.py': forks,
  'test_cart.py': tests,
}

/** Which of them debugpy is found for by the rig, pytest may be missing from. */
const noPytest =
  spawnSync('/usr/bin/python3', ['-c', 'import debugpy, pytest']).status === 0
    ? false
    : 'the python3 with debugpy has no pytest'

t.setTimeout(600_000)
t.test('a failure of a child process is one of the program', { skip: noDebugpy }, async t => {
  const { rig, launch, answer, state, evaluate } = await debugRig(t, files)
  const hanging = async (file: string, ...words: string[]) => {
    const launched = await launch({ file, arguments: words, exceptions: 'failures' })
    const ask = async (more: object = { python: file }): Promise<FailureReport> =>
      failureReportSchema.parse(await answer(launched, 'debug.run_to_failure', { wait: 60, ...more }))
    return { launched, ask }
  }
  const run = async (file: string, ...words: string[]) => {
    const begun = await hanging(file, ...words)
    return { ...begun, report: await begun.ask() }
  }
  const raised = {
    outcome: 'exception',
    engine: 'debugpy',
    kept: true,
    exception: { type: 'ValueError', message: 'not below zero' },
    frames: [{ name: 'work', file: 'worker.py', line: 9, own: true }],
  }

  for (const how of ['fork', 'spawn', 'forkserver'])
    await t.test(`each worker of multiprocessing that raises, begun by ${how}`, async t => {
      const { launched, ask, report } = await run('processes.py', how, '-5', '4', '-6')
      const parent = launched.id
      t.match(report, { ...raised, parent, command: launched.command, process: Number })
      t.match(await evaluate({ ...launched, id: report.debug }, 'doubled'), { value: /-1[02]/ })
      const next = await ask({ debug: report.debug })
      t.match(next, { ...raised, parent })
      const values = [report, next].map(
        ({ frames }) => frames[0]?.variables.find(({ name }) => name === 'n')?.value,
      )
      t.strictSame(values.toSorted(), ['-5', '-6'])
      t.not(next.process, report.process)
      t.match(await ask({ debug: launched.id }), { outcome: 'passed', debug: launched.id, parent: null })
      t.equal(rig.stdout(await rig.ended(launched.command)), '[1, 0, 1]\n')
    })

  await t.test('one whose class has a run of its own', async t => {
    const { launched, report } = await run('processes.py', 'own')
    t.match(report, { ...raised, parent: launched.id })
    await state(launched, 'debug.terminate')
  })

  await t.test('an exit with a code', async t => {
    const { launched, ask, report } = await run('processes.py', 'fork', '3')
    t.match(report, { outcome: 'exit', exit_code: 6, parent: launched.id })
    t.match(await ask({ debug: report.debug }), { outcome: 'passed' })
    t.equal(rig.stdout(await rig.ended(launched.command)), '[6]\n')
  })

  await t.test('another Python, with what it has started itself', async t => {
    const { launched, ask, report } = await run('runs.py')
    t.match(report, { ...raised, parent: launched.id })
    t.match(report.children, [{ command: 'sleep 60' }])
    t.match(await ask({ debug: launched.id }), { outcome: 'passed' })
    t.equal(rig.stdout(await rig.ended(launched.command)), '1\n')
  })

  for (const how of ['unittest', 'pytest'])
    await t.test(
      `an assertion of ${how} in a forked worker`,
      { skip: how === 'pytest' && noPytest },
      async t => {
        const { launched, ask, report } = await run('forks.py', how)
        t.match(report, {
          ...{ outcome: 'assertion', parent: launched.id, exception: { type: 'AssertionError' } },
          frames: [{ name: 'test_total', file: 'test_cart.py', line: 7 }],
        })
        t.match(report.exception?.message, /3 != 4/)
        t.match(await ask({ debug: report.debug }), { outcome: 'passed' })
      },
    )

  await t.test('one that hangs is stopped with the program, and told where', async t => {
    const { launched, ask } = await hanging('processes.py', 'fork', '9')
    const report = await ask({ python: 'processes.py', wait: 5 })
    const [child] = (await state(launched, 'debug.status', { wait: 0 })).children
    t.match(report, { outcome: 'timeout', debug: launched.id })
    t.match(report.children, [{ debug: child?.id, at: /^work worker\.py:1[01]$/ }])
    t.match(child, { status: 'stopped', stop: { frame: { name: 'work' } } })
    if (child === undefined) throw new Error('there is none')
    await answer({ ...launched, id: child.id }, 'debug.set', { name: 'n', value: '1' })
    t.match(await ask({ debug: launched.id }), { outcome: 'passed' })
    t.equal(rig.stdout(await rig.ended(launched.command)), '[0]\n')
  })

  await t.test('one that somebody else controls is not sent on', async t => {
    const { launched, ask, report } = await run('processes.py', 'fork', '-5')
    const bob = await DebugClient.connect(rig.socket, { name: 'bob' })
    t.teardown(() => bob.close())
    bob.present(launched.session, [bob.viewer])
    const action = { action: 'take', idle: 60 }
    t.match(await bob.ask(report.debug, 'debug.control', action), { ok: true })
    await t.rejects(ask({ debug: launched.id }), /control_held.*bob/)
    t.match(await state(launched, 'debug.status'), { children: [{ id: report.debug, status: 'stopped' }] })
    t.match(await bob.ask(report.debug, 'debug.control', { action: 'release' }), { ok: true })
    t.match(await ask({ debug: launched.id }), { outcome: 'passed' })
  })

  await t.test('whoever waits for the program hears of it', async t => {
    const debug = await launch({ file: 'processes.py', arguments: ['fork', '-5'], exceptions: 'failures' })
    const told = await state(debug, 'debug.status')
    t.match(told, { status: 'running', children: [{ status: 'stopped', stop: { reason: 'exception' } }] })
    await state(debug, 'debug.terminate')
  })
})
