import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { compile, gdbRig, lineOf, noGdb } from './gdb-rig.ts'

t.setTimeout(260_000)
const directory = t.testdir()
const built = (name: string, text: string, flags: readonly string[] = []) =>
  noGdb ? '' : compile(directory, name, text, flags)
const run = (rig: Awaited<ReturnType<typeof gdbRig>>) => rig.ask('configurationDone')

const plain = `#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
extern char **environ;
int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) printf("[%s]\\n", argv[i]);
  char line[200];
  while (fgets(line, sizeof line, stdin)) printf("read %s", line);
  fprintf(stderr, "to stderr\\n");
  for (char **one = environ; *one; one++) printf("%s\\n", *one);
  for (int fd = 3; fd < 100; fd++) if (fcntl_is_open(fd)) printf("open %d\\n", fd);
  return 42;
}
`.replace(
  'int main',
  '#include <fcntl.h>\nstatic int fcntl_is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }\nint main',
)

t.test('arguments, input, environment and streams are those of the command', { skip: noGdb }, async t => {
  const program = built('plain.c', plain)
  const words = ['', 'a b', "it's", '$HOME `x` "y"', 'ü\n\\', '>out', '*', '-x', '~']
  const environment = {
    ...{
      HOME: '/nowhere',
      SHELL: '/bin/odd',
      LC_ALL: 'de_DE.UTF-8',
      LINES: '7',
      PYTHONPATH: '/x',
      EMPTY: '',
    },
    ODD: ' a=b\n"c" ü',
  }
  const rig = await gdbRig(t, program, { arguments: words, input: 'one\ntwo\n', environment })
  await run(rig)
  t.match(await rig.next('exited'), { exitCode: 42 })
  t.same(await rig.left, [42, null])
  t.equal(rig.stderr(), 'to stderr\n')
  const expected = spawnSync(program, words, {
    ...{ input: 'one\ntwo\n', encoding: 'utf8' },
    env: { PATH: process.env.PATH, ...environment },
  })
  const sorted = (text: string) =>
    text
      .split('\n')
      .filter(line => !/^(?:_|PWD|OLDPWD|SHLVL)=/.test(line))
      .toSorted()
  t.same(sorted(rig.stdout()), sorted(expected.stdout))
})

t.test('exit codes, and signals that end a program', { skip: noGdb }, async t => {
  const program = built(
    'ends.c',
    `#include <signal.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  int code = atoi(argv[1]);
  if (code >= 0) return code;
  raise(-code);
  return 1;
}
`,
  )
  for (const code of [0, 7, 8, 64, 255]) {
    const rig = await gdbRig(t, program, { arguments: [String(code)] })
    await run(rig)
    t.match(await rig.next('exited'), { exitCode: code })
    t.same(await rig.left, [code, null])
  }
  for (const [signal, code] of [
    [9, 137],
    [15, 143],
    [10, 138],
  ] as const) {
    const rig = await gdbRig(t, program, { arguments: [String(-signal)] })
    await run(rig)
    t.match(await rig.next('exited'), { exitCode: code }, `signal ${signal} stops nothing`)
    t.same(await rig.left, [code, null])
  }
  const rig = await gdbRig(t, program, { arguments: ['-15'] })
  await rig.ask('setExceptionBreakpoints', { filters: ['signals'] })
  t.match(await rig.start(), { reason: 'exception' })
  t.match(await rig.ask('exceptionInfo', { threadId: 1 }), {
    exceptionId: 'SIGTERM',
    description: 'Terminated',
  })
  await rig.ask('continue')
  t.match(await rig.next('exited'), { exitCode: 143 }, 'it gets what it was sent')
})

t.test('crashes are stops, with what has caused them', { skip: noGdb }, async t => {
  const program = built(
    'crash.cpp',
    `#include <cassert>
#include <cstdlib>
#include <stdexcept>
struct Special : std::logic_error { using std::logic_error::logic_error; };
void fail(int how, int *nowhere, volatile int zero) {
  if (how == 0) *nowhere = 1;
  if (how == 1) zero = how / zero;
  if (how == 2) abort();
  if (how == 3) throw Special("nobody catches it");
  if (how == 4) throw 42;
  if (how == 5) assert(how == 6);
  if (how == 6) __builtin_trap();
}
int main(int argc, char **argv) { fail(atoi(argv[1]), nullptr, 0); }
`,
  )
  for (const [how, exceptionId, description] of [
    ['0', 'SIGSEGV', 'Segmentation fault at address 0x0'],
    ['1', 'SIGFPE', 'Arithmetic exception'],
    ['2', 'SIGABRT', 'Aborted'],
    ['3', 'Special', 'nobody catches it'],
    ['4', 'int', undefined],
    ['5', 'SIGABRT', 'Aborted'],
    ['6', 'SIGILL', 'Illegal instruction'],
  ] as const) {
    const rig = await gdbRig(t, program, { arguments: [how] })
    await rig.ask('setExceptionBreakpoints', { filters: ['errors'] })
    t.match(await rig.start(), { reason: 'exception' }, exceptionId)
    const info = await rig.ask('exceptionInfo', { threadId: 1 })
    t.match(info, { exceptionId, breakMode: 'unhandled' })
    t.equal(info.description, description)
    t.ok(
      (await rig.stack()).some(({ name }) => name === 'fail'),
      'the stack is whole',
    )
    await rig.ask('continue')
    t.match(await rig.next('exited'), {
      exitCode: 128 + { 0: 11, 1: 8, 6: 4 }[how as '0' | '1' | '6'] || 134,
    })
  }
  const never = await gdbRig(t, program, { arguments: ['0'] })
  await never.ask('setExceptionBreakpoints', { filters: [] })
  await run(never)
  t.match(await never.next('exited'), { exitCode: 139 })
})

t.test(
  'a pause reaches programs that block, ignore or wait for signals, and leaves no trace',
  { skip: noGdb },
  async t => {
    const program = built(
      'deaf.c',
      `#include <signal.h>
#include <stdio.h>
#include <unistd.h>
volatile int rounds, done;
int main(int argc, char **argv) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, 0);
  if (argc > 1) { int got; sigwait(&all, &got); printf("got %d\\n", got); }
  while (!done) { rounds++; usleep(1000); }
  return 3;
}
`,
    )
    const rig = await gdbRig(t, program)
    await run(rig)
    for (let times = 0; times < 3; times += 1) {
      t.match(await rig.to('pause', { threadId: 0 }), { reason: 'pause' })
      if (times < 2) await rig.ask('continue')
    }
    await rig.evaluate('done = 1')
    await rig.ask('continue')
    t.match(await rig.next('exited'), { exitCode: 3 }, 'the signal itself never comes to the program')
    const waiting = await gdbRig(t, program, { arguments: ['wait'] })
    await run(waiting)
    t.match(await waiting.to('pause', { threadId: 0 }), { reason: 'pause' })
    await waiting.ask('continue')
    t.match(await waiting.to('pause', { threadId: 0 }), { reason: 'pause' })
    t.equal(waiting.stdout(), '')
  },
)

t.test('children run on, a program that replaces itself is followed', { skip: noGdb }, async t => {
  const program = built(
    'forks.c',
    `#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int work(int n) { return n + 1; }
int main(int argc, char **argv) {
  if (argc > 1) { printf("replaced %d\\n", work(2)); return 5; }
  pid_t child = fork();
  if (child == 0) { printf("child %d\\n", work(1)); fflush(stdout); _exit(6); }
  int status;
  waitpid(child, &status, 0);
  printf("child left with %d\\n", WEXITSTATUS(status));
  fflush(stdout);
  system("echo shell");
  execl(argv[0], argv[0], "again", (char *)0);
}
`,
  )
  const rig = await gdbRig(t, program)
  await rig.breakAt(`${program}.c`, { line: lineOf(`${program}.c`, 'int work') })
  await run(rig)
  t.match(await rig.next('stopped'), { reason: 'breakpoint', debugServerFrame: { name: 'work' } })
  t.match(await rig.evaluate('n'), { result: '2' }, 'of the program that it has become, not of the child')
  await rig.ask('continue')
  t.match(await rig.next('exited'), { exitCode: 5 })
  t.equal(rig.stdout(), 'child 2\nchild left with 6\nshell\nreplaced 3\n')
})

t.test(
  'programs that go into the background, close their streams, or call ptrace',
  { skip: noGdb },
  async t => {
    const program = built(
      'odd.c',
      `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>
int step;
int main(int argc, char **argv) {
  if (!strcmp(argv[1], "daemon")) { if (daemon(1, 1)) return 1; sleep(1); puts("daemon"); return 0; }
  if (!strcmp(argv[1], "close")) { for (int fd = 0; fd < 64; fd++) close(fd); }
  if (!strcmp(argv[1], "ptrace")) printf("%ld\\n", ptrace(PTRACE_TRACEME, 0, 0, 0));
  if (!strcmp(argv[1], "session")) setsid();
  step = 1;
  step = 2; // here
  return 9;
}
`,
    )
    for (const [word, out] of [
      ['close', ''],
      ['ptrace', '-1\n'],
      ['session', ''],
    ] as const) {
      const rig = await gdbRig(t, program, { arguments: [word] })
      await rig.breakAt(`${program}.c`, { line: lineOf(`${program}.c`, '// here') })
      t.match(await rig.start(), { reason: 'breakpoint' }, word)
      t.match(await rig.evaluate('step'), { result: '1' })
      await rig.ask('continue')
      t.match(await rig.next('exited'), { exitCode: 9 })
      t.equal(rig.stdout(), out)
    }
    const daemon = await gdbRig(t, program, { arguments: ['daemon'] })
    await run(daemon)
    t.match(await daemon.next('exited'), { exitCode: 0 }, 'it has ended when its first process has')
  },
)

t.test('threads: each with its stack, stopped together', { skip: noGdb }, async t => {
  const program = built(
    'threads.cpp',
    `#include <string>
#include <thread>
#include <vector>
#include <atomic>
#include <pthread.h>
std::atomic<int> ready;
void work(int id) {
  pthread_setname_np(pthread_self(), ("worker " + std::to_string(id)).c_str());
  ready++;
  while (ready < 4) std::this_thread::yield();
  volatile int here = id; // here
}
int main() {
  std::vector<std::thread> all;
  for (int id = 0; id < 4; id++) all.emplace_back(work, id);
  for (auto &one : all) one.join();
  return 2;
}
`,
  )
  const rig = await gdbRig(t, program)
  const line = lineOf(`${program}.cpp`, '// here')
  await rig.breakAt(`${program}.cpp`, { line })
  const { threadId } = await rig.start()
  const { threads } = await rig.ask('threads')
  t.same(
    threads.map(({ name }) => name),
    ['threads', 'worker 0', 'worker 1', 'worker 2', 'worker 3'],
  )
  t.ok(threads.some(({ id }) => id === threadId))
  for (const { id } of threads) t.ok((await rig.stack(id)).length > 0)
  t.match((await rig.stack(threadId))[0], { name: 'work', line })
  const other = threads.find(({ id, name }) => id !== threadId && name.startsWith('worker'))
  const [frame] = await rig.stack(other?.id)
  t.match(await rig.evaluate('1 + 1', { frameId: frame?.id }), { result: '2' })
  const seen = new Set([threadId])
  for (let more = 0; more < 3; more += 1) seen.add((await rig.to('continue')).threadId)
  t.equal(seen.size, 4, 'each of them stops')
  await rig.ask('continue')
  t.match(await rig.next('exited'), { exitCode: 2 })
})

t.test('steps: over, into, out of calls, by instruction, and to the end', { skip: noGdb }, async t => {
  const program = built(
    'steps.cpp',
    `#include <vector>
int twice(int n) {
  return n * 2;
}
int main() {
  std::vector<int> all{1, 2, 3};
  int sum = 0;
  sum += twice(all[1]);
  sum += 1;
  return sum;
}
`,
  )
  const line = (text: string) => lineOf(`${program}.cpp`, text)
  const rig = await gdbRig(t, program, { stopOnEntry: true })
  t.match(await rig.start(), {
    reason: 'entry',
    debugServerFrame: { name: 'main', line: line('vector<int> all') },
  })
  const go = (command: string, more: object = {}) => rig.to(command, { threadId: 1, ...more })
  t.match(await go('next'), { reason: 'step', debugServerFrame: { line: line('int sum') } })
  await go('next')
  t.match(await go('stepIn'), { debugServerFrame: { name: 'twice' } }, 'not into the vector')
  t.match(await go('stepOut'), {
    ...{ reason: 'step', text: 'it returned 4' },
    debugServerFrame: { name: 'main', line: line('twice(all') },
  })
  t.match(
    await go('next', { granularity: 'instruction' }),
    { debugServerFrame: { line: line('sum += 1') } },
    'what was left of the line is one instruction',
  )
  t.match(await go('next'), { debugServerFrame: { line: line('return sum') } })
  await rig.ask('stepOut', { threadId: 1 })
  t.match(await rig.next('exited'), { exitCode: 5 }, 'out of main is to the end')
  await t.rejects(rig.ask('next', { threadId: 1 }), { message: 'the program is not stopped' })
})

t.test('programs without symbols, and without debug information', { skip: noGdb }, async t => {
  const program = built('bare.c', 'int main(void) { return 4; }\n')
  spawnSync('strip', [program])
  const stripped = await gdbRig(t, program, { stopOnEntry: true })
  t.match(await stripped.breakAt(`${program}.c`, { line: 1 }), [
    { verified: false, message: /built with -g/ },
  ])
  t.match(await stripped.start(), { reason: 'entry' }, 'at its very first instruction')
  t.match(await stripped.ask('disassemble', { memoryReference: '0x0', instructionCount: 0 }), {
    instructions: [],
  })
  t.match(await stripped.to('next', { threadId: 1, granularity: 'instruction' }), { reason: 'step' })
  await stripped.ask('continue')
  t.match(await stripped.next('exited'), { exitCode: 4 })

  const source = join(directory, 'lean.c')
  writeFileSync(source, 'int add(int n) { return n + 1; }\nint main(void) { return add(4); }\n')
  spawnSync('gcc', [source, '-o', join(directory, 'lean')])
  const lean = await gdbRig(t, join(directory, 'lean'))
  await lean.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'add' }] })
  t.match(await lean.start(), { reason: 'function breakpoint', debugServerFrame: { name: 'add', line: 0 } })
  t.same(await lean.locals(), {})
  t.match(await lean.to('stepOut', { threadId: 1 }), { debugServerFrame: { name: 'main' } })
})

t.test('a library that is loaded later binds its breakpoints', { skip: noGdb }, async t => {
  const folder = join(directory, 'spaces and ünïcode')
  mkdirSync(folder, { recursive: true })
  const library = join(folder, 'plug in.c')
  writeFileSync(library, 'int plugged(int n) {\n  return n * 3;\n}\n')
  spawnSync('gcc', ['-g', '-shared', '-fPIC', library, '-o', join(folder, 'plug.so')])
  const program = compile(
    folder,
    'load it.c',
    `#include <dlfcn.h>
int main(int argc, char **argv) {
  void *handle = dlopen(argv[1], RTLD_NOW);
  int (*plugged)(int) = (int (*)(int))dlsym(handle, "plugged");
  return plugged(5);
}
`,
    ['-ldl'],
  )
  const rig = await gdbRig(t, program, { arguments: [join(folder, 'plug.so')] })
  const [pending] = await rig.breakAt(library, { line: 2 })
  t.match(pending, { verified: false, message: /it binds when a library that has it is/ })
  t.match(await rig.start(), {
    reason: 'breakpoint',
    debugServerFrame: { name: 'plugged', source: { path: library } },
  })
  t.match(
    rig.events.filter(({ event }) => event === 'breakpoint').map(({ body }) => body.breakpoint),
    [{ id: pending?.id, verified: true, line: 2 }],
  )
  await rig.ask('continue')
  t.match(await rig.next('exited'), { exitCode: 15 })
})

t.test('nothing in a worktree tells gdb what to do', { skip: noGdb }, async t => {
  const program = built('hostile.c', 'int main(void) { return 0; }\n')
  const sign = join(directory, 'hostile-sign')
  writeFileSync(`${program}-gdb.py`, `open(${JSON.stringify(sign)}, "w").write("x")\n`)
  writeFileSync(`${program}-gdb.gdb`, `shell touch ${sign}\n`)
  writeFileSync(join(directory, '.gdbinit'), `shell touch ${sign}\n`)
  const rig = await gdbRig(t, program, { environment: { HOME: directory } })
  await run(rig)
  await rig.next('exited')
  t.notOk(existsSync(sign))
})

t.test('a hundred megabytes of output pass by', { skip: noGdb }, async t => {
  const program = built(
    'flood.c',
    `#include <stdio.h>
#include <string.h>
char block[1 << 20];
int main(void) {
  memset(block, 'x', sizeof block);
  for (int i = 0; i < 100; i++) fwrite(block, 1, sizeof block, stdout);
  return 0; // here
}
`,
  )
  const rig = await gdbRig(t, program)
  await rig.breakAt(`${program}.c`, { line: lineOf(`${program}.c`, '// here') })
  t.match(await rig.start(), { reason: 'breakpoint' })
  t.ok(readFileSync(join(rig.room, 'stdout')).length > 99 << 20)
  await rig.ask('continue')
  await rig.next('exited')
})
