import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { coreDump, nativeProgram } from '../../../../../services/runner/debug/native-program.ts'
import { openly } from '../../../../../services/runner/sandbox/enclosure.ts'
import { compile, gdbRig, lineOf, noGdb } from './gdb-rig.ts'

t.setTimeout(260_000)
const directory = t.testdir()
const text = `#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
struct Node { int value; struct Node *next; };
void *rest(void *nothing) { for (;;) pause(); }
int sum(struct Node *node) {
  return node->value + sum(node->next); // here
}
int main(void) {
  struct Node second = {2, (struct Node *)8}, first = {1, &second};
  pthread_t thread;
  pthread_create(&thread, 0, rest, 0);
  return sum(&first);
}
`
const program = noGdb ? '' : compile(directory, 'crash.c', text)
const core = join(directory, 'core')
if (!noGdb) spawnSync('gdb', ['-nx', '-batch', '-ex', 'run', '-ex', `generate-core-file ${core}`, program])

t.test('a core dump shows where and why, and cannot go on', { skip: noGdb }, async t => {
  const rig = await gdbRig(t, program, { core })
  await rig.breakAt(`${program}.c`, { line: lineOf(`${program}.c`, '// here') })
  const stop = await rig.start()
  t.match(stop, {
    reason: 'exception',
    debugServerFrame: { name: 'sum', line: lineOf(`${program}.c`, '// here') },
  })
  t.match(await rig.ask('exceptionInfo', { threadId: stop.threadId }), {
    exceptionId: 'SIGSEGV',
    description: /^Segmentation fault at address 0x8/,
  })
  t.match(await rig.stack(stop.threadId), [
    { name: 'sum' },
    { name: 'sum' },
    { name: 'sum' },
    { name: 'main' },
  ])
  const [, caller] = await rig.stack(stop.threadId)
  const { scopes } = await rig.ask('scopes', { frameId: caller?.id })
  const { node } = await rig.children(scopes[0]?.variablesReference ?? 0)
  t.match(await rig.children(node?.variablesReference ?? 0), {
    value: { value: '2' },
    next: { value: '0x8' },
  })
  t.match(await rig.evaluate('node->value', { frameId: caller?.id }), { result: '2' })
  const { threads } = await rig.ask('threads')
  t.equal(threads.length, 2)
  for (const [command, parameters] of [
    ['continue', {}],
    ['next', { threadId: 1 }],
    ['stepOut', { threadId: 1 }],
  ] as const)
    await t.rejects(
      rig.ask(command, parameters),
      { message: 'this is a core dump: it cannot go on' },
      command,
    )
  await rig.ask('disconnect')
  t.same(await rig.left, [137, null])
})

t.test('what is no core dump, or of another program', { skip: noGdb }, async t => {
  const rig = await gdbRig(t, program, { core: program })
  await t.rejects(rig.start(), { message: /is not a core dump: file format not recognized|not a core/ })
})

t.test('what native debuggers are to work on is looked at before anything starts', async t => {
  const place = { directory, enclosure: openly }
  writeFileSync(join(directory, 'script.sh'), '#!/bin/sh\n', { mode: 0o755 })
  writeFileSync(join(directory, 'notes'), 'x', { mode: 0o755 })
  writeFileSync(join(directory, 'object'), '\x7fELF', { mode: 0o644 })
  for (const [file, reason, message] of [
    [
      'script.sh',
      'not_executable',
      'script.sh: is a script; debug the program that runs it, with the script among its arguments',
    ],
    ['notes', 'not_executable', 'notes: is no native program (ELF)'],
    ['note', 'executable_not_found', 'note: there is no such file; did you mean "notes"?'],
    ['object', 'not_executable', 'object: may not be executed; chmod +x makes it so'],
    ['.', 'not_executable', '.: is no file'],
  ] as const)
    t.same(await nativeProgram(file, place), { ok: false, failure: { reason, message } })
  t.same(await coreDump('object', place), { ok: true, path: join(directory, 'object') })
  t.match(await nativeProgram('object', { directory, enclosure: { ...openly, shows: () => false } }), {
    failure: { reason: 'executable_not_found' },
  })
})
