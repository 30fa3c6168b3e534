import t from 'tap'
import { type FailureReport, failureReportSchema } from '../../../../../services/contract/debug-report.ts'
import { debugRig, noDebugpy } from '../debug-rig.ts'

const tree = {
  'test_cart.py': `import json
import unittest


class Item:
    def __init__(self, name, price):
        self.name = name
        self.price = price


def total(items, rate):
    count = len(items)
    taxed = sum(item.price for item in items) * rate
    return round(taxed, 2)


def parsed(text):
    return json.loads(text)


class Cart(unittest.TestCase):
    def test_total(self):
        print('adding up')
        items = [Item('apple', 1), Item('pear', 2)]
        first = items[0]
        rest = 'x' * 5_000
        found = total(items, 1.2)
        self.assertEqual(first.price + found, 9)

    def test_parse(self):
        parsed('{')
`,
  'children.py': `import subprocess
import sys

helper = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', 'helper'])
print('with a helper')
raise RuntimeError('no more')
`,
  'hangs.py': `import threading
import time


def wait(lock):
    with lock:
        pass


lock = threading.Lock()
lock.acquire()
threading.Thread(target=wait, args=(lock,), name='waiter', daemon=True).start()
turns = 0
while True:
    turns += 1
    time.sleep(0.01)
`,
  'sleeps.py': 'import time\n\n\ndef rest(seconds):\n    time.sleep(seconds)\n\n\nrest(600)\n',
  'dies.py': 'import os\nimport signal\n\nprint("dying", flush=True)\nos.kill(os.getpid(), signal.SIGSEGV)\n',
  'codes.py': 'import os\n\nos._exit(7)\n',
  'fine.py': 'print("fine")\n',
  'deep.py': `def down(n, text):
    big = {str(i): text for i in range(200)}
    return down(n + 1, text + 'é"\\\\') + len(big)


down(0, 'y')
`,
}

t.setTimeout(240_000)
t.test('run to failure', { skip: noDebugpy }, async t => {
  const { launch, answer, state, evaluate } = await debugRig(t, tree)
  const run = async (options: Parameters<typeof launch>[0], input: object = {}) => {
    const launched = await launch({ ...options, exceptions: 'failures' })
    const ask = async (more: object = {}): Promise<FailureReport> => {
      const report = await answer(launched, 'debug.run_to_failure', {
        python: 'app.py',
        wait: 30,
        ...input,
        ...more,
      })
      return failureReportSchema.parse(report)
    }
    return { launched, ask, report: await ask() }
  }

  await t.test('a failed test tells its frames, with the values of the failing line first', async t => {
    const { report, ask, launched } = await run({ module: 'unittest', arguments: ['test_cart'] })
    t.match(report, {
      outcome: 'exception',
      kept: true,
      exception: { type: 'JSONDecodeError', message: /^Expecting property name/ },
      frames: [
        {
          name: 'parsed',
          file: 'test_cart.py',
          line: 18,
          own: true,
          variables: [{ name: 'text', value: "'{'", named: true }],
        },
        { name: 'test_parse', line: 31 },
      ],
    })
    const next = await ask({ python: undefined, debug: launched.id })
    t.match(next, { outcome: 'assertion', exception: { type: 'AssertionError', message: '4.6 != 9' } })
    const [frame] = next.frames
    t.match(frame, { name: 'test_total', line: 28 })
    t.match(
      frame?.source.find(({ line }) => line === 28),
      {
        text: '        self.assertEqual(first.price + found, 9)',
      },
    )
    const told = Object.fromEntries(frame?.variables.map(variable => [variable.name, variable]) ?? [])
    t.same(
      frame?.variables.slice(0, 3).map(({ name, named }) => [name, named]),
      [
        ['first', true],
        ['found', true],
        ['self', true],
      ],
    )
    t.same(told.first?.parts, [
      { name: 'name', value: "'apple'" },
      { name: 'price', value: '1' },
    ])
    t.match(told.rest, { truncated: true, named: false })
    t.equal((await evaluate(launched, 'found + 1')).value, '4.6')
    t.match(await ask({ python: undefined, debug: launched.id }), {
      outcome: 'exit',
      exit_code: 1,
      frames: [],
    })
  })

  await t.test('what it has started is told', async t => {
    const { report, launched } = await run({ file: 'children.py' })
    t.match(report, { outcome: 'exception', exception: { type: 'RuntimeError', message: 'no more' } })
    t.match(report.children, [{ command: /^\S*python\S* -c import time; time.sleep\(60\) helper$/ }])
    await state(launched, 'debug.terminate')
  })

  await t.test('one that hangs is stopped, and tells what each thread waits for', async t => {
    const { report, launched } = await run({ file: 'hangs.py' }, { wait: 1 })
    t.match(report, {
      outcome: 'timeout',
      frames: [{ name: '<module>', file: 'hangs.py', variables: [{}, {}] }],
      threads: [{ name: 'waiter', at: /^wait hangs.py:[67]$/ }],
    })
    await state(launched, 'debug.terminate')
  })

  await t.test('also where it does not come to hear of that', async t => {
    const { report, launched } = await run({ file: 'sleeps.py' }, { wait: 1 })
    t.match(report, {
      outcome: 'timeout',
      frames: [{ name: 'rest', file: 'sleeps.py', line: 5 }, { line: 8 }],
    })
    t.match(report.left_out, [/^variables: /])
    await state(launched, 'debug.terminate')
  })

  await t.test('how it ended is told where it did', async t => {
    t.match((await run({ file: 'dies.py' })).report, {
      outcome: 'signal',
      signal: 'SIGSEGV',
      exit_code: 139,
      kept: false,
    })
    t.match((await run({ file: 'codes.py' })).report, { outcome: 'exit', exit_code: 7, frames: [] })
    t.match((await run({ file: 'fine.py' })).report, { outcome: 'passed', exit_code: 0 })
    t.match((await run({ file: 'nothing.py' })).report, {
      outcome: 'ended',
      end: { reason: 'launch_failed' },
    })
  })

  await t.test('a report has its bounds, and tells what they leave out', async t => {
    const { report, launched } = await run({ file: 'deep.py' })
    t.match(report, { outcome: 'exception', exception: { type: 'RecursionError' } })
    t.ok(Buffer.byteLength(JSON.stringify(report)) < 5_700)
    t.ok(report.frames.length > 0)
    t.match(report.left_out.join(), /outer frames: debug.stack/)
    await state(launched, 'debug.terminate')
  })
})
