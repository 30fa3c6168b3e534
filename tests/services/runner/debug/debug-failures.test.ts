import { spawnSync } from 'node:child_process'
import t from 'tap'
import { failureReportSchema } from '../../../../services/contract/debug-report.ts'
import { debugRig, noDebugpy } from './debug-rig.ts'

const noPytest: false | string =
  spawnSync('/usr/bin/python3', ['-c', 'import pytest']).status === 0
    ? false
    : '/usr/bin/python3 has no pytest'

const tree = {
  'raises.py': `def parse(text):
    try:
        return int(text)
    except ValueError:
        return None


def total(items):
    count = 0
    for item in items:
        count += parse(item)
    return count


print('begun')
total(['1', 'x'])
`,
  'exits.py': `import sys
import threading

threading.Thread(target=sys.exit, args=(4,)).start()


def give_up(code):
    sys.exit(code)


try:
    give_up(3)
except SystemExit:
    print('not yet')
give_up(2)
`,
  'test_shop.py': `import unittest


def price(item):
    return {'apple': 1}[item]


class Shop(unittest.TestCase):
    def test_a_caught(self):
        with self.assertRaises(KeyError):
            price('pear')
        try:
            price('plum')
        except KeyError:
            pass

    @unittest.expectedFailure
    def test_b_expected(self):
        self.assertEqual(price('apple'), 3)

    @unittest.skip('not now')
    def test_c_skipped(self):
        price('pear')

    def test_d_skips_itself(self):
        raise unittest.SkipTest('not here')

    def test_e_wrong(self):
        found = price('apple')
        self.assertEqual(found, 2)

    def test_f_part(self):
        for item in ('apple', 'fig'):
            with self.subTest(item=item):
                price(item)


class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise RuntimeError('no shop')

    def test_nothing(self):
        pass


class Fine(unittest.TestCase):
    def test_fine(self):
        price('apple')
`,
  'test_stock.py': `import unittest
import pytest

stock = {'apple': 3}


def take(name, count):
    if stock[name] < count:
        raise ValueError(name)
    return stock[name] - count


def test_caught():
    with pytest.raises(ValueError):
        take('apple', 9)


@pytest.mark.xfail
def test_expected():
    take('apple', 8)


class Expected(unittest.TestCase):
    @pytest.mark.xfail
    def test_expected(self):
        take('apple', 6)


def test_skipped():
    pytest.skip('not now')


@pytest.fixture
def pear():
    return take('pear', 1)


def test_left():
    left = take('apple', 1)
    assert left == 1


def test_fixture(pear):
    pass
`,
  'test_loud.py': `import logging
import sys
import unittest


class Loud(unittest.TestCase):
    def test_a_kept(self):
        print('kept')

    def test_b_loud(self):
        print('🍐' * 3000)
        print('almost', flush=True)
        print('oh no', file=sys.stderr)
        logging.getLogger('shop').warning('no pears')
        self.assertEqual(1, 2)

    def test_c_quiet(self):
        self.fail()
`,
}

t.setTimeout(240_000)
t.test('with failures', { skip: noDebugpy }, async t => {
  const { run, launch, answer, state, variables } = await debugRig(t, tree)
  const failures = async (options: Parameters<typeof run>[0]) => {
    const launched = await run({ ...options, exceptions: 'failures' })
    const told: unknown[] = []
    let at = launched.at
    while (at.status === 'stopped') {
      const { description, text, frame } = at.stop ?? {}
      told.push([description, text?.split('\n')[0], frame?.name, frame?.file, frame?.line])
      at = await state(launched, 'debug.continue')
    }
    return { told, code: at.end?.exit_code }
  }

  await t.test('a program stops at what nothing catches', async t => {
    const { at, ...launched } = await run({ file: 'raises.py', exceptions: 'failures' })
    t.match(at.stop, { reason: 'exception', description: 'TypeError', frame: { name: 'total', line: 11 } })
    t.match((await variables(launched)).variables, [
      { name: 'count', value: '1' },
      { name: 'item', value: "'x'" },
      {},
    ])
    t.match(await state(launched, 'debug.continue'), { status: 'ended', end: { exit_code: 1 } })
  })

  await t.test('and where it exits with a code, which others than its main thread do not', async t => {
    t.same(await failures({ file: 'exits.py' }), {
      told: [['SystemExit', '2', 'give_up', 'exits.py', 8]],
      code: 2,
    })
  })

  await t.test('tests of unittest stop where they fail, and nowhere else', async t => {
    const { told, code } = await failures({ module: 'unittest', arguments: ['-v', 'test_shop'] })
    t.same(told, [
      ['RuntimeError', 'no shop', 'setUpClass', 'test_shop.py', 41],
      ['AssertionError', '1 != 2', 'test_e_wrong', 'test_shop.py', 30],
      ['KeyError', "'fig'", 'price', 'test_shop.py', 5],
    ])
    t.equal(code, 1)
    t.same(await failures({ module: 'unittest', arguments: ['test_shop.Fine'] }), { told: [], code: 0 })
  })

  await t.test('tests of pytest as well', { skip: noPytest }, async t => {
    const interpreter = '/usr/bin/python3'
    const { told, code } = await failures({
      module: 'pytest',
      arguments: ['-q', 'test_stock.py'],
      interpreter,
    })
    t.same(told, [
      ['AssertionError', 'assert 2 == 1', 'test_left', 'test_stock.py', 40],
      ['KeyError', "'pear'", 'take', 'test_stock.py', 8],
    ])
    t.equal(code, 1)
  })

  for (const [name, options, skip] of [
    ['unittest', { module: 'unittest', arguments: ['-b', 'test_loud'] }, false],
    [
      'pytest',
      { module: 'pytest', arguments: ['-q', 'test_loud.py'], interpreter: '/usr/bin/python3' },
      noPytest,
    ],
  ] as const)
    await t.test(`what ${name} has captured of a failing test is in its report alone`, { skip }, async t => {
      const launched = await launch({ ...options, arguments: [...options.arguments], exceptions: 'failures' })
      const ask = async (more: object = {}) =>
        failureReportSchema.parse(
          await answer(launched, 'debug.run_to_failure', { python: 'x.py', wait: 60, ...more }),
        )
      const { captured, left_out } = await ask()
      t.match(captured, { stdout: /^almost\n$/, stderr: /^oh no\n/ })
      t.match(captured?.log, name === 'pytest' ? /^WARNING +shop:test_loud.py:\d+ no pears\n?$/ : '')
      t.match(left_out, ['the beginning of what the test framework has captured'])
      t.match(await ask({ python: undefined, debug: launched.id }), { outcome: 'assertion', captured: null })
      await state(launched, 'debug.terminate')
    })
})
