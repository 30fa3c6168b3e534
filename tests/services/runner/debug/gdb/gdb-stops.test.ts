import t from 'tap'
import { registersWork } from '../native/registers-work.ts'
import { compile, gdbRig, lineOf, noGdb } from './gdb-rig.ts'

t.setTimeout(260_000)

const source = `#include <cstdio>
#include <stdexcept>
#include <string>

int total;
int square(int n) {
  int result = n * n;
  return result;
}

// No code stands here.

int add(int n) {
  int local = n;
  total += local;
  local = total;
  return local;
}
template <typename T> T twice(T value) {
  return value + value;
}
struct Failure : std::runtime_error {
  int code;
  Failure(int code) : std::runtime_error("it failed"), code(code) {}
};
int main(int argc, char **argv) {
  for (int i = 1; i <= 10; i++) {
    int s = square(i);
    add(s);
  }
  twice(2);
  twice(2.5);
  try {
    throw Failure(7);
  } catch (std::exception &error) {
    puts(error.what());
  }
  return total % 100;
}
`

const directory = t.testdir()
const program = noGdb ? '' : compile(directory, 'stops.cpp', source)
const file = `${program}.cpp`
const at = (text: string) => lineOf(file, text)

t.test('breakpoints of lines: bound, in other lines, and nowhere', { skip: noGdb }, async t => {
  const rig = await gdbRig(t, program)
  const answers = await rig.breakAt(
    file,
    { line: at('return result;') },
    { line: at('No code') },
    { line: 4_000 },
    { line: at('return value') },
  )
  t.match(answers, [
    { verified: true, line: at('return result;') },
    { verified: true, line: at('int local = n') },
    {
      verified: false,
      message: /^the program has no code in this line of the file, nor behind it; no code of line 4000/,
    },
    { verified: true, line: at('return value') },
  ])
  t.match(
    await rig.ask('setBreakpoints', { source: { path: '/nowhere/else.c' }, breakpoints: [{ line: 1 }] }),
    {
      breakpoints: [{ verified: false, message: /no code of line 1 of \/nowhere\/else\.c is loaded/ }],
    },
  )
  t.match(await rig.start(), { reason: 'breakpoint', threadId: 1, hitBreakpointIds: [answers[0]?.id] })
  // All of a file are replaced: what stays keeps its number, the rest is gone.
  t.same(await rig.breakAt(file, { line: at('return value') }), [answers[3]])
  t.match(await rig.to('continue'), { debugServerFrame: { line: at('return value') } })
  t.match(
    await rig.to('continue'),
    { debugServerFrame: { line: at('return value') } },
    'in each of its places',
  )
  await rig.ask('continue')
  t.match(await rig.next('exited'), { exitCode: 85 })
  t.same(await rig.left, [85, null])
})

t.test('conditions, counts of hits, and both', { skip: noGdb }, async t => {
  const line = at('return result;')
  for (const [when, expected] of [
    [{ condition: 'n == 4' }, ['4']],
    [{ hitCondition: '3' }, ['3']],
    [{ hitCondition: '>=8' }, ['8', '9', '10']],
    [{ hitCondition: '%4' }, ['4', '8']],
    [{ hitCondition: '<3' }, ['1', '2']],
    [{ condition: 'n % 2 == 0', hitCondition: '2' }, ['4']],
  ] as const) {
    const rig = await gdbRig(t, program)
    await rig.breakAt(file, { line, ...when })
    await rig.ask('configurationDone')
    const seen: string[] = []
    while (seen.length < expected.length) {
      await rig.next('stopped')
      seen.push((await rig.evaluate('n')).result)
      await rig.ask('continue')
    }
    t.same(seen, expected, JSON.stringify(when))
    t.match(await rig.next('exited'), { exitCode: 85 }, 'and no more')
  }
})

const shell = '$_shell("true")'
const noCommand = 'an expression runs no command of the debugger'

t.test('what is wrong with one is told, and keeps no other from being set', { skip: noGdb }, async t => {
  const rig = await gdbRig(t, program)
  const line = at('return result;')
  t.match(
    await rig.breakAt(
      file,
      { line, condition: 'nosuch > 1' },
      { line, condition: 'n +' },
      { line, hitCondition: 'often' },
      { line, logMessage: 'n is {n' },
      { line, condition: '$_shell("true") == 0' },
      { line, logMessage: 'n is {$_shell("true")}' },
      { line, logMessage: 'n is {n}', condition: '$_gdb_setting("height") == 0' },
      { line },
    ),
    [
      { verified: false, message: 'No symbol "nosuch" in current context.' },
      { verified: false, message: "A syntax error in expression, near `'." },
      { verified: false, message: /^"often" is no count of hits; expected N, >=N/ },
      { verified: false, message: 'the brace at 5 is not closed' },
      ...Array(3).fill({ verified: false, message: noCommand }),
      { verified: true },
    ],
  )
  t.match(await rig.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'main', condition: shell }] }), {
    breakpoints: [{ verified: false, message: noCommand }],
  })
  const dataId = JSON.stringify({ expression: shell, place: null })
  t.match(await rig.ask('setDataBreakpoints', { breakpoints: [{ dataId }] }), {
    breakpoints: [{ verified: false, message: noCommand }],
  })
})

t.test(
  'functions, exceptions where they are thrown and caught, and instructions',
  { skip: noGdb },
  async t => {
    const rig = await gdbRig(t, program)
    const { breakpoints } = await rig.ask('setFunctionBreakpoints', {
      breakpoints: [{ name: 'add', hitCondition: '2' }, { name: 'nosuch' }],
    })
    t.match(breakpoints, [
      { verified: true },
      { verified: false, message: /^no function nosuch is loaded yet/ },
    ])
    await rig.ask('setExceptionBreakpoints', { filters: ['throw', 'catch', 'errors'] })
    t.match(await rig.start(), {
      reason: 'function breakpoint',
      hitBreakpointIds: [breakpoints[0]?.id],
      debugServerFrame: { name: 'add', line: at('int local = n') },
    })
    t.match(await rig.evaluate('n'), { result: '4' })
    t.match(await rig.to('continue'), { reason: 'exception' })
    t.match(await rig.ask('exceptionInfo', { threadId: 1 }), {
      exceptionId: 'Failure',
      description: 'it failed',
      breakMode: 'always',
    })
    t.match(await rig.stack(), [{ name: /^__cxa_throw/ }, { name: 'main', line: at('throw Failure') }])
    const [, frame] = await rig.stack()
    t.match(await rig.to('continue'), { reason: 'exception' })
    t.match(await rig.stack(), [{ name: /^__cxa_begin_catch/ }, { name: 'main' }])
    await rig.ask('setExceptionBreakpoints', { filters: [] })
    const { instructions } = await rig.ask('disassemble', {
      memoryReference: (frame as unknown as { instructionPointerReference: string })
        .instructionPointerReference,
      instructionCount: 1,
    })
    t.equal(instructions.length, 1)
    const caught = await rig.evaluate('(void*)puts')
    const address = /0x[\da-f]+/.exec(caught.result)?.[0]
    t.match(
      await rig.ask('setInstructionBreakpoints', { breakpoints: [{ instructionReference: address }] }),
      {
        breakpoints: [{ verified: true }],
      },
    )
    t.match(await rig.to('continue'), { reason: 'instruction breakpoint' })
  },
)

t.test('logpoints tell what they are to and stop nothing, steps included', { skip: noGdb }, async t => {
  const rig = await gdbRig(t, program)
  t.equal(rig.capabilities.supportsLogPoints, true)
  const [told, wrong] = await rig.breakAt(
    file,
    {
      line: at('return result;'),
      logMessage: '{n}² = {result} \\{✓\\}',
      condition: 'n > 7',
      hitCondition: '>=2',
    },
    { line: at('return local'), logMessage: '{nosuch}', hitCondition: '1' },
    { line: at('int s = square') },
  )
  t.match([told, wrong], [{ verified: true }, { verified: true }])
  await rig.start()
  t.match(await rig.to('next', { threadId: 1 }), { reason: 'step', debugServerFrame: { line: at('add(s)') } })
  await rig.breakAt(
    file,
    {
      line: at('return result;'),
      logMessage: '{n}² = {result} \\{✓\\}',
      condition: 'n > 7',
      hitCondition: '>=2',
    },
    { line: at('return local'), logMessage: '{nosuch}', hitCondition: '1' },
  )
  await rig.ask('continue')
  await rig.next('exited')
  t.same(
    rig.events.filter(({ event }) => event === 'output').map(({ body }) => body.output),
    ['<No symbol "nosuch" in current context.>\n', '9² = 81 {✓}\n', '10² = 100 {✓}\n'],
  )
})

t.test('data that is written to, read, and gone', { skip: noGdb }, async t => {
  const rig = await gdbRig(t, program)
  await rig.breakAt(file, { line: at('total += local') })
  await rig.start()
  const { scopes } = await rig.ask('scopes', { frameId: (await rig.stack())[0]?.id })
  const local = await rig.ask('dataBreakpointInfo', {
    name: 'local',
    variablesReference: scopes[0]?.variablesReference,
  })
  const notices = (await registersWork()) ? ['read', 'write', 'readWrite'] : ['write']
  t.strictSame(local.accessTypes, notices)
  t.match(local, { description: 'local', canPersist: false })
  t.match(await rig.ask('dataBreakpointInfo', { name: 'nosuch' }), {
    dataId: null,
    description: 'No symbol "nosuch" in current context.',
  })
  const total = await rig.ask('dataBreakpointInfo', { name: 'total' })
  await rig.breakAt(file)
  const { breakpoints } = await rig.ask('setDataBreakpoints', {
    breakpoints: [
      { dataId: local.dataId, accessType: 'write' },
      { dataId: total.dataId, accessType: 'write', condition: 'total > 4' },
      { dataId: 'made up' },
    ],
  })
  t.match(breakpoints, [
    { verified: true },
    { verified: true },
    { verified: false, message: /^this is no dataId/ },
  ])
  t.match(await rig.to('continue'), {
    ...{ reason: 'data breakpoint', description: 'out of scope' },
    debugServerFrame: { name: 'main' },
  })
  t.match(rig.events.findLast(({ event }) => event === 'breakpoint')?.body.breakpoint, {
    id: breakpoints[0]?.id,
    verified: false,
    message: 'what it watched is gone: its function has returned',
  })
  t.match(await rig.to('continue'), {
    ...{
      reason: 'data breakpoint',
      description: 'total',
      text: '1 → 5',
      hitBreakpointIds: [breakpoints[1]?.id],
    },
    debugServerFrame: { name: 'add' },
  })
  const reads = await rig.ask('setDataBreakpoints', {
    breakpoints: [{ dataId: total.dataId, accessType: 'read', hitCondition: '2' }],
  })
  if (!notices.includes('read')) {
    t.match(reads.breakpoints, [{ verified: false, message: /read.access watchpoint/ }])
    return
  }
  t.match(await rig.to('continue'), { reason: 'data breakpoint', description: 'total', text: 'it is 5' })
  await rig.ask('setDataBreakpoints', { breakpoints: [{ dataId: total.dataId, accessType: 'readWrite' }] })
  t.match(await rig.to('continue'), { reason: 'data breakpoint', text: /^(5 → 14|it is 5)$/ })
})
