import t from 'tap'
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
async function talk(test: { teardown(end: () => Promise<void>): void }, lines: string[], handlers: Handlers) {
  const server = await standIn({
    'debug.status': () => debugSession(),
    'debug.output': () => written(''),
    ...handlers,
  })
  test.teardown(async () => await server[Symbol.asyncDispose]())
  const { code, stdout, stderr } = await cli(['debug', 'repl', '@last'], {
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
