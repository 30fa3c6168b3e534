import t from 'tap'
import { Repl } from '../../../../client/cli/repl/repl.ts'
import { createClient } from '../../../../client/sdk/client.ts'
import type { Output } from '../../../../client/sdk/operation-types.ts'
import { breakpoint, command, debugEnded, debugSession, frame, stop, variable } from '../../samples.ts'
import { type Handlers, Refusal, standIn } from '../../stand-in-server.ts'
import { at, cli } from '../rig.ts'

const chunkOf = (text: string, offset: number) => {
  const bytes = Buffer.byteLength(text)
  return { type: 'output' as const, command: command().id, stream: 'stdout' as const, offset, bytes, text }
}

const written = (text: string, from = 0): Output<'debug.output'> => ({
  command: command().id,
  chunks: text === '' ? [] : [chunkOf(text, from)],
  messages: [],
  next: { stdout: from + text.length, stderr: 0, messages: 0 },
  complete: false,
})

/** What the prompt prints for these lines, without a terminal. */
async function talk(
  test: { teardown(end: () => Promise<void>): void },
  lines: string[],
  handlers: Handlers,
  flags: string[] = [],
) {
  const server = await standIn({
    'debug.status': () => debugSession(),
    'debug.output': () => written(''),
    ...handlers,
  })
  test.teardown(async () => await server[Symbol.asyncDispose]())
  const { code, stdout, stderr } = await cli(['debug', 'repl', '@last', ...flags], {
    environment: at(server.url),
    stdin: `${lines.join('\n')}\n`,
  })
  const asked = server.received.map(({ name }) => name)
  return { code, stdout, stderr, asked, received: server.received }
}

t.test('it tells where the debuggee stands, does what lines say, and leaves it as it is', async t => {
  const { code, stdout, stderr, received } = await talk(t, ['p total + 1', 'total', 'q', 'n'], {
    'debug.evaluate': () => variable({ value: '43' }),
  })
  t.equal(stderr, '')
  t.equal(code, 0)
  t.equal(stdout, 'stopped (breakpoint) in total_of at app.py:6\n     6          total += item\n43\n43\n')
  const evaluated = received.filter(({ name }) => name === 'debug.evaluate')
  t.match(evaluated, [{ input: { expression: 'total + 1', frame: 0 } }, { input: { expression: 'total' } }])
  t.notOk(received.some(({ name }) => name === 'debug.next' || name === 'debug.terminate'))
})

t.test('what it writes is shown where it writes it, and an empty line steps again', async t => {
  const outputs = [written(''), written('adding'), written(' 3\n', 6)]
  let steps = 1
  const { stdout, asked } = await talk(t, ['n', '', 'p x', ''], {
    'debug.output': () => outputs.shift() ?? written('', 9),
    'debug.next': () => debugSession({ stop: stop({ number: ++steps, reason: 'step' }) }),
    'debug.evaluate': () => variable({ value: '1' }),
  })
  t.match(stdout, 'adding 3\nstopped (step)')
  t.equal(
    asked.filter(operation => operation === 'debug.next').length,
    2,
    'print is not done again, nor n after it',
  )
})

t.test('frames are walked, and a stop begins at the innermost again', async t => {
  const frames = [frame(), frame({ index: 1, name: 'main', line: 16 })]
  const { stdout, code, received } = await talk(t, ['up', 'p x', 'up', 'down', 'down', 'n', 'p x'], {
    'debug.stack': ({ start }) => ({
      ...{ thread: 1, total: 2, next: null },
      frames: frames.slice(Number(start ?? 0), Number(start ?? 0) + 1),
    }),
    'debug.evaluate': () => variable({ value: '1' }),
    'debug.next': () => debugSession({ stop: stop({ number: 2, reason: 'step' }) }),
  })
  t.match(stdout, '#1 main app.py:16')
  t.match(stdout, 'this is the outermost frame\n')
  t.match(stdout, 'this is the innermost frame\n')
  t.equal(code, 1, 'two lines could not be done')
  const evaluated = received.filter(({ name }) => name === 'debug.evaluate')
  t.match(evaluated, [{ input: { frame: 1 } }, { input: { frame: 0 } }])
})

t.test(
  'what the server refuses is told, with what may have been meant, and the conversation goes on',
  async t => {
    const { stdout, stderr, code } = await talk(t, ['contniue', 'c'], {
      'debug.evaluate': () => {
        throw new Refusal('evaluation_failed', "NameError: name 'contniue' is not defined")
      },
      'debug.continue': () => debugEnded(),
    })
    t.match(stdout, /NameError: name 'contniue' is not defined.*did you mean "continue"/)
    t.match(stdout, 'ended (exited)')
    t.equal(code, 1)
    t.match(stderr, 'one line could not be done')
  },
)

t.test('what has been told is not told at every stop and line again', async t => {
  const unverified = [breakpoint({ verified: false, message: 'no code' })]
  const ended = () => {
    throw new Refusal('debug_session_ended', 'it has ended: a long story')
  }
  const moves = [
    debugSession({ stop: stop({ number: 2 }), breakpoints: unverified }),
    debugSession({
      stop: stop({ number: 3 }),
      breakpoints: [breakpoint({ verified: false, message: 'gone' })],
    }),
    debugEnded(),
  ]
  const { stdout } = await talk(t, ['c', 'c', 'p x', 'c', 'p x'], {
    'debug.status': () => debugSession({ breakpoints: unverified }),
    'debug.continue': () => moves.shift() ?? debugEnded(),
    'debug.evaluate': ended,
  })
  t.equal(stdout.match(/is not verified: no code/g)?.length, 1)
  t.equal(stdout.match(/is not verified: gone/g)?.length, 1, 'for another reason')
  t.equal(stdout.match(/a long story/g)?.length, 1, 'as long as it has not been told')
  t.match(stdout, /^it has ended: "restart" runs it again$/m)
})

t.test('a program that goes on is waited for', async t => {
  const states = [
    debugSession(),
    debugSession(),
    debugSession({ status: 'running', stop: null }),
    debugSession({ stop: stop({ number: 2 }) }),
  ]
  const { stdout } = await talk(t, ['c'], {
    'debug.status': () => states.shift() ?? debugSession({ stop: stop({ number: 2 }) }),
    'debug.continue': () => debugSession({ status: 'running', stop: null }),
  })
  t.equal(stdout.match(/stopped \(breakpoint\)/g)?.length, 2)
})

t.test('a line waits for a program that is still being built', async t => {
  const launching = debugSession({ status: 'launching', stop: null })
  const states = [launching, launching, launching, launching]
  const { stdout, code, asked } = await talk(t, ['b app.py:9', 'p x', 'n'], {
    'debug.status': () => states.shift() ?? debugSession(),
    'debug.break': () => [breakpoint()],
    'debug.evaluate': () => variable({ value: '7' }),
    'debug.next': () => debugSession({ stop: stop({ number: 2, reason: 'step' }) }),
  })
  t.equal(code, 0, stdout)
  t.match(stdout, /launching\n[\s\S]*stopped \(breakpoint\)[\s\S]*\n7\nstopped \(step\)/)
  t.ok(asked.indexOf('debug.break') < asked.lastIndexOf('debug.status'), 'but for breakpoints')
})

t.test('one that is not launched in time is told as that', async t => {
  const launching = debugSession({ status: 'launching', stop: null })
  const { stdout, code, asked } = await talk(t, ['n'], { 'debug.status': () => launching }, ['--wait', '0'])
  t.equal(code, 1)
  t.match(stdout, 'it is still being launched\n')
  t.notOk(asked.includes('debug.next'))
})

t.test('the source of a function is listed by its name, and that of a file by its own', async t => {
  const window = { file: 'app.py', reference: null, line: 6, first: 6, lines: ['total += item'], total: 20 }
  const { stdout, code, received } = await talk(
    t,
    ['list total_of', 'list lib.py:add', 'list lib.py', 'list nobody', 'list no.py'],
    {
      'debug.source': ({ function: name, file }) => {
        if (name !== undefined && name !== 'total_of' && name !== 'add')
          throw new Refusal('debugger_refused', `no function ${name} begins in ${file}`)
        if (file !== undefined && !['app.py', 'lib.py'].includes(String(file)))
          throw new Refusal('debugger_refused', `${file}: no such file in the worktree`)
        return window
      },
    },
  )
  t.equal(code, 1)
  t.match(stdout, 'no function nobody begins in app.py\nno.py: no such file in the worktree\n')
  const asked = received.filter(({ name, input }) => name === 'debug.source' && 'file' in input)
  t.match(
    asked.map(({ input }) => input),
    [
      { file: 'app.py', function: 'total_of' },
      { file: 'lib.py', function: 'add' },
      { file: 'app.py', function: 'lib.py' },
      { file: 'lib.py', line: 1 },
    ],
  )
})

t.test('machine instructions are stepped and shown', async t => {
  let steps = 1
  const step = () => debugSession({ stop: stop({ number: ++steps, reason: 'step' }) })
  const { stdout, code, received } = await talk(t, ['si 2', 'ni', 'disas'], {
    'debug.step_in': step,
    'debug.next': step,
    'debug.disassemble': () => [
      { address: '0x40', bytes: '90', instruction: 'nop', symbol: null, file: 'a.c', line: 3 },
    ],
  })
  t.equal(code, 0)
  t.match(stdout, '0x40     90     nop          a.c:3')
  const moved = received.filter(({ name }) => name === 'debug.step_in' || name === 'debug.next')
  t.equal(moved.length, 3)
  for (const { input } of moved) t.match(input, { granularity: 'instruction' })
})

t.test('what is displayed is told at each stop, until it is not any more', async t => {
  let steps = 1
  let value = 40
  const { stdout, code } = await talk(
    t,
    ['display total', 'display/x missing', 'n', 'undisplay 2', 'undisplay 7', 'undisplay total', 'n'],
    {
      'debug.next': () => debugSession({ stop: stop({ number: ++steps, reason: 'step' }) }),
      'debug.evaluate': ({ expression }) => {
        if (expression === 'missing') throw new Refusal('evaluation_failed', 'NameError: \x1b[2J')
        return variable({ value: `${++value}` })
      },
    },
  )
  t.equal(code, 1)
  const told = stdout.split('\n').filter(line => /^\d: |there is no display/.test(line))
  const failed = '2: missing = <NameError: \\x1b[2J>'
  t.same(told, ['1: total = 41', '1: total = 42', failed, '1: total = 43', failed, 'there is no display 7'])
})

t.test('a breakpoint for once goes when it has stopped the program, and counts one hit anyway', async t => {
  const [old, once] = [breakpoint(), breakpoint({ id: 2, line: 9, hit_condition: '1' })]
  const { received, code, stdout } = await talk(t, ['tbreak app.py:9', 'c', 'n'], {
    'debug.status': () => debugSession({ breakpoints: [old] }),
    'debug.break': ({ remove }) => (remove === true ? [old] : [old, once]),
    'debug.continue': () => debugSession({ stop: stop({ number: 2, breakpoints: [2] }) }),
    'debug.next': () => debugSession({ stop: stop({ number: 3, breakpoints: [2], reason: 'step' }) }),
    'debug.stack': () => ({ thread: 1, frames: [frame()], total: 1, next: null }),
  })
  t.equal(code, 0, stdout)
  const asked = received.filter(({ name }) => name === 'debug.break').map(({ input }) => input)
  t.match(asked, [
    { breakpoints: [{ kind: 'line', at: 'app.py:9', hit_condition: '1' }] },
    { ids: [2], remove: true },
  ])
  t.equal(asked.length, 2)
})

t.test('where a breakpoint is already, one for once leaves it as it is', async t => {
  const old = breakpoint({ hit_condition: '%2' })
  const { received, code, stdout } = await talk(t, ['tbreak app.py:6', 'c'], {
    'debug.status': () => debugSession({ breakpoints: [old] }),
    'debug.break': ({ breakpoints }) => {
      const [{ hit_condition }] = breakpoints as [{ hit_condition: string }]
      return [{ ...old, hit_condition }]
    },
    'debug.continue': () => debugSession({ stop: stop({ number: 2, breakpoints: [1] }) }),
    'debug.stack': () => ({ thread: 1, frames: [frame()], total: 1, next: null }),
  })
  t.equal(code, 1)
  t.match(stdout, 'breakpoint 1 is there already, and stays\n')
  const asked = received.filter(({ name }) => name === 'debug.break').map(({ input }) => input)
  t.match(asked, [{ breakpoints: [{ hit_condition: '1' }] }, { breakpoints: [{ hit_condition: '%2' }] }])
  t.equal(asked.length, 2, 'nothing is taken away')
})

t.test('breakpoints for once are that after a restart as well, whatever their numbers are then', async t => {
  const [old, once] = [breakpoint(), breakpoint({ id: 5, line: 9, hit_condition: '1' })]
  const again = [old, { ...once, id: 2 }, breakpoint({ id: 5, line: 12 })]
  let there = [old]
  let stops = 1
  const { received, code, stdout } = await talk(t, ['tbreak app.py:9', 'restart', 'c', 'c'], {
    'debug.status': () => debugSession({ breakpoints: there }),
    'debug.break': () => {
      there = [old, once]
      return there
    },
    'debug.restart': () => debugSession({ breakpoints: again }),
    'debug.continue': () =>
      debugSession({ stop: stop({ number: ++stops, breakpoints: [stops === 2 ? 2 : 5] }) }),
    'debug.stack': () => ({ thread: 1, frames: [frame()], total: 1, next: null }),
  })
  t.equal(code, 0, stdout)
  const asked = received.filter(({ name }) => name === 'debug.break').map(({ input }) => input)
  t.match(asked, [{}, { ids: [2], remove: true }])
  t.equal(asked.length, 2, 'another that has its number now stays')
})

t.test('a breakpoint for once that is passed over at first still goes when it has stopped', async t => {
  const [old, once] = [breakpoint(), breakpoint({ id: 2, line: 9, hit_condition: '1' })]
  const later = { ...once, id: 3, hit_condition: '>=3' }
  let there = [old]
  const lists = [[old, once], [old], [old, later], [old]]
  const { received, code, stdout } = await talk(t, ['tbreak app.py:9', 'ignore 2 2', 'c'], {
    'debug.status': () => debugSession({ breakpoints: there }),
    'debug.break': () => {
      there = lists.shift() ?? there
      return there
    },
    'debug.continue': () => debugSession({ stop: stop({ number: 2, breakpoints: [3] }) }),
    'debug.stack': () => ({ thread: 1, frames: [frame()], total: 1, next: null }),
  })
  t.equal(code, 0, stdout)
  const asked = received.filter(({ name }) => name === 'debug.break').map(({ input }) => input)
  t.match(asked, [{}, { ids: [2], remove: true }, {}, { ids: [3], remove: true }])
})

t.test('a breakpoint gets a condition, or is passed over so often, and stays what it was', async t => {
  const there = breakpoint({ condition: 'n > 1', hit_condition: '%2' })
  const { received, stdout, code } = await talk(
    t,
    ['condition 1 n > 5', 'condition 1', 'ignore 1 3', 'ignore 8 1'],
    {
      'debug.status': () => debugSession({ breakpoints: [there] }),
      'debug.break': () => [there],
    },
  )
  t.equal(code, 1)
  t.match(stdout, 'there is no breakpoint 8\n')
  const place = { kind: 'line', at: 'app.py:6' }
  const asked = received.filter(({ name }) => name === 'debug.break').map(({ input }) => input.breakpoints)
  t.same(asked, [
    [{ ...place, condition: 'n > 5', hit_condition: '%2' }],
    [{ ...place, hit_condition: '%2' }],
    // Set anew, for hits to be counted from now on.
    [],
    [{ ...place, condition: 'n > 1', hit_condition: '>=4' }],
  ])
})

t.test('numbers, types, registers and memory are told as gdb does', async t => {
  const { stdout, code, received } = await talk(
    t,
    [
      'p/x n',
      'whatis item',
      'ptype item',
      'info registers rip',
      'x/3xw &n',
      'x/2s p',
      'x/2dg p',
      'x/1030xw p',
    ],
    {
      'debug.evaluate': ({ expression }) =>
        expression === 'n'
          ? variable({ value: '43' })
          : variable({ value: '{...}', type: 'struct item', reference: 9 }),
      'debug.scopes': () => [
        { name: 'Locals', reference: 1, expensive: false },
        { name: 'Registers', reference: 2, expensive: false },
      ],
      'debug.variables': ({ reference }) => ({
        variables:
          reference === 9
            ? [variable({ name: 'price', type: 'int' })]
            : reference === 2
              ? [variable({ name: 'General Purpose Registers', reference: 3 })]
              : [variable({ name: 'rip', value: '0x401136', type: 'long' }), variable({ name: 'rax' })],
        ...{ total: 1, next: null },
      }),
      'debug.memory': ({ address }) => ({
        address: '0x1000',
        hex: address === 'p' ? '6162000d00ffffffffffffffffffffff' : '2b000000ff0000000a',
        unreadable: address === 'p' ? 0 : 3,
      }),
    },
  )
  t.equal(code, 0)
  t.match(
    stdout,
    `0x2b
type = struct item
type = struct item
  price: int
NAME  TYPE  VALUE
rip   long  0x401136
0x1000: 0x0000002b  0x000000ff
3 more bytes cannot be read
0x1000: "ab"
0x1003: "\\r"
0x1000: -1099293498783  -1
`,
  )
  t.match(stdout, /^6 more are not shown: ask for them by their address$/m)
  t.match(
    received.filter(({ name }) => name === 'debug.memory').map(({ input }) => input.count),
    [12, 400, 16, 4_096],
  )
})

t.test('where the debugger tells no registers, that is said', async t => {
  const { stdout, code } = await talk(t, ['info registers'], {
    'debug.scopes': () => [{ name: 'Locals', reference: 1, expensive: false }],
  })
  t.equal(code, 1)
  t.match(stdout, 'this debugger tells no registers\n')
})

t.test('what cannot be done says what can, and changes nothing', async t => {
  const { stdout, code, received } = await talk(t, ['del 1 77', 'n'], {
    'debug.status': () => debugSession({ breakpoints: [breakpoint()] }),
    'debug.next': () => {
      throw new Refusal('debuggee_running', 'the debuggee is running; debug.pause stops it')
    },
  })
  t.equal(code, 1)
  t.match(
    stdout,
    /^there is no breakpoint 77\nit runs: "pause" stops it where it is, "wait" waits until it stops\n$/m,
  )
  t.notOk(received.some(({ name }) => name === 'debug.break'))
})

t.test('nothing that the debuggee holds is obeyed by a terminal', async t => {
  const { stdout } = await talk(t, ['p x', 'set x = 1'], {
    'debug.evaluate': () => variable({ value: 'red \x1b[31m\nline' }),
    'debug.set': () => variable({ value: '\x1b[2J' }),
  })
  t.notMatch(stdout, '\x1b')
  t.match(stdout, 'red \\x1b[31m\nline\nx = \\x1b[2J\n')
})

t.test('breakpoints are switched off and on, and all of a function is shown', async t => {
  let there = [breakpoint({ id: 1 })]
  const source = ['def total_of():', '    a', '    b', '    c', '    d', '    e', '', 'print(1)']
  const { stdout, code, received } = await talk(
    t,
    ['disable 1', 'i b', 'disable 1', 'enable', 'enable 1', 'll'],
    {
      'debug.status': () => debugSession({ breakpoints: there }),
      'debug.break': ({ remove }) => {
        there = remove === true ? [] : [breakpoint({ id: 2 })]
        return there
      },
      'debug.stack': () => ({ thread: 1, total: 1, next: null, frames: [frame()] }),
      'debug.source': () => ({
        ...{ file: 'app.py', reference: null, line: 6 },
        ...{ first: 1, lines: source, total: source.length },
      }),
    },
  )
  t.match(stdout, /no breakpoints\noff: 1 at app\.py:\d+\nno breakpoints\noff: 1/)
  t.match(stdout, 'breakpoint 1 is off already\n')
  t.match(stdout, 'no breakpoint 1 is off\n', 'it has another number')
  t.match(stdout, /1 {2}def total_of\(\):\n[\s\S]*-> 6 {6}e\n$/)
  t.equal(code, 1)
  const wishes = received.filter(({ name }) => name === 'debug.break').map(({ input }) => input)
  t.match(wishes, [{ ids: [1], remove: true }, { breakpoints: [{ kind: 'line' }] }])
})

t.test('what the debugger says, such as dprintf has it say, is shown as that', async t => {
  const said = {
    ...{ at: '2026-01-01T00:00:00.000Z', category: 'console', text: 'at 3\n\x1b[2J', truncated: false },
    ...{ file: null, line: null, offset: 0 },
  }
  const outputs = [{ ...written('adding'), messages: [said] }]
  const { stdout, received } = await talk(t, ['status'], {
    'debug.output': () => outputs.shift() ?? written('', 6),
  })
  t.match(stdout, 'adding\ndebugger: at 3\ndebugger: \\x1b[2J\nstopped')
  const asked = received.filter(({ name }) => name === 'debug.output').map(({ input }) => input)
  t.match(asked.at(-1), { stdout: 6, messages: 0 })
})

t.test('what goes on for many lines is interrupted between two of them, too', async t => {
  let steps = 0
  const standing = () => debugSession({ stop: stop({ number: steps + 1, reason: 'step' }) })
  const step = async () => {
    if (++steps % 3 === 0) await repl.interrupt()
    return standing()
  }
  const server = await standIn({
    ...{ 'debug.next': step, 'debug.step_in': step, 'debug.status': standing, 'debug.pause': standing },
    'debug.output': () => written(''),
    'debug.stack': () => ({ thread: 1, total: 1, next: null, frames: [frame()] }),
  })
  t.teardown(() => server[Symbol.asyncDispose]())
  const client = createClient({ baseUrl: server.url, token: 'secret' })
  t.teardown(() => client[Symbol.asyncDispose]())
  let said = ''
  const { id: debug, session } = debugSession()
  const repl = new Repl({
    ...{ client, session, debug, patience: undefined },
    rendering: { paint: (_, text) => text, width: undefined, now: 0 },
    say: async text => {
      said += text
    },
  })
  for (const line of ['until', 's 100']) {
    await repl.take(line)
    t.equal(steps % 3, 0, line)
    t.match(said, /stopped \(step\).*\n.*total \+= item\n$/)
  }
  t.equal(steps, 6)
})
