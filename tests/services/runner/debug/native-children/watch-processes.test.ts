import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { compile, noGdb } from '../gdb/gdb-rig.ts'

const services = join(import.meta.dirname, '../../../../../services/runner/debug')
const nobody = 65_534
const lateMs = 20_000

const source = `#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static int status;
static int traced(void) {
  char line[100];
  int pid = 0;
  FILE *file = fopen("/proc/self/status", "r");
  while (fgets(line, sizeof line, file)) sscanf(line, "TracerPid: %d", &pid);
  return pid != 0;
}
static void continued(void) {
  int said[2], heard[2];
  char byte = 0;
  if (pipe(said) || pipe(heard)) exit(1);
  pid_t pid = fork();
  if (pid == 0) {
    close(heard[1]);
    execl("/nowhere", "nowhere", NULL);
    write(said[1], &byte, 1);
    read(heard[0], &byte, 1);
    _exit(traced() ? 5 : 4);
  }
  read(said[0], &byte, 1);
  kill(pid, SIGSTOP);
  waitpid(pid, &status, WUNTRACED);
  kill(pid, SIGCONT);
  close(heard[1]);
  waitpid(pid, &status, 0);
}
static void orphaned(void) {
  int open[2];
  char byte;
  if (pipe(open)) exit(1);
  pid_t pid = fork();
  if (pid == 0) {
    if (fork() == 0) {
      while (getppid() == pid) usleep(1000);
      execl("./app", "app", "leaf", NULL);
    }
    _exit(0);
  }
  waitpid(pid, &status, 0);
  system("./app leaf &");
  close(open[1]);
  read(open[0], &byte, 1);
}
static void killed(void) {
  srand(getpid());
  for (int i = 0; i < 100; i++) {
    pid_t pid = i % 2 ? fork() : vfork();
    if (pid == 0) {
      if (i % 3 == 0) execl("/nowhere", "nowhere", NULL);
      execl("./app", "app", "leaf", NULL);
    }
    usleep(rand() % 1500);
    kill(pid, SIGKILL);
  }
  while (wait(&status) > 0) continue;
}
int main(int argc, char **argv) {
  if (strcmp(argv[1], "leaf") == 0) return 3;
  if (strcmp(argv[1], "continued") == 0) continued();
  else if (strcmp(argv[1], "orphaned") == 0) orphaned();
  else if (strcmp(argv[1], "killed") == 0) killed();
  else status = system(argv[1]);
  printf("ended %d\\n", WEXITSTATUS(status));
  return 0;
}
`

type Said = {
  readonly came?: number
  readonly passed?: number
  readonly program?: string
  readonly why?: string
}

/** A program under gdb and what watches it, both where everybody sees them, with somebody who lets all run on at once. */
function rigOf(t: Test) {
  const room = mkdtempSync(join(tmpdir(), 'debug-server-watch-'))
  t.teardown(() => rmSync(room, { recursive: true, force: true }))
  chmodSync(room, 0o755)
  const program = compile(room, 'app.c', source)
  for (const part of ['native-children', 'within'])
    cpSync(join(services, part), join(room, part), { recursive: true })
  const run = async (how: string, user?: number) => {
    const said: Said[] = []
    const socket = join(room, 'socket')
    let link: Socket | undefined
    const server = createServer(connected => {
      link = connected
      createInterface({ input: connected }).on('line', line => {
        const words: Said = JSON.parse(line)
        said.push(words)
        if (words.came !== undefined) connected.write(`${JSON.stringify({ release: words.came })}\n`)
      })
    }).listen(socket)
    await once(server, 'listening')
    chmodSync(socket, 0o777)
    const watcher = ['-I', '-S', join(room, 'native-children/watch_processes.py'), socket, 'native']
    const gdb = ['/usr/bin/gdb', '-q', '-nx', '-batch', '-iex', 'set debuginfod enabled off']
    const watched = spawn('/usr/bin/python3', [...watcher, ...gdb, '-ex', 'run', '--args', program, how], {
      ...{ cwd: room, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
      ...(user === undefined ? {} : { uid: user, gid: user }),
    })
    const end = () => watched.pid !== undefined && process.kill(-watched.pid, 'SIGKILL')
    const late = setTimeout(end, lateMs)
    const closed = once(watched, 'close')
    const [printed, errors] = await Promise.all([text(watched.stdout), text(watched.stderr), closed])
    clearTimeout(late)
    link?.destroy()
    server.close()
    return { said, printed, errors }
  }
  return { room, run }
}

t.test('what watches processes leaves none behind', { skip: noGdb }, async t => {
  const { room, run } = rigOf(t)

  await t.test('one that could not replace itself is stopped and continued, and not traced', async t => {
    t.match((await run('continued')).printed, /^ended 4$/m)
  })

  await t.test('those whose parents have gone come as well', async t => {
    const { said, printed } = await run('orphaned')
    t.match(printed, /^ended 0$/m)
    // One that is forked, what it forks and the program that this becomes, and what the shell has left.
    t.equal(said.filter(({ came }) => came !== undefined).length, 4)
  })

  await t.test('those that are killed meanwhile are not told to run without a debugger', async t => {
    const { said, printed } = await run('killed')
    t.match(printed, /^ended \d+$/m)
    t.strictSame(
      said.filter(({ passed }) => passed !== undefined),
      [],
    )
  })

  await t.test('a program says nonsense of its sections', async t => {
    const bytes = readFileSync(join(room, 'app'))
    bytes.writeBigUInt64LE(2n ** 64n - 1n, 40)
    writeFileSync(join(room, 'nonsense'), bytes, { mode: 0o755 })
    const { said, printed, errors } = await run('./nonsense leaf')
    t.match(printed, /^ended 3$/m)
    t.match(said.at(-1), { program: join(room, 'nonsense'), why: 'it cannot be looked at' }, errors)
  })

  const skip = process.getuid?.() !== 0 && 'only root is two users'
  await t.test('a program that may be run and not be read', { skip }, async t => {
    mkdirSync(join(room, 'hidden'))
    const hidden = compile(join(room, 'hidden'), 'hidden.c', 'int main(void) { return 7; }')
    chmodSync(hidden, 0o711)
    const { said, printed, errors } = await run(hidden, nobody)
    t.match(printed, /^ended 7$/m)
    t.match(said.at(-1), { program: 'hidden', why: 'it cannot be looked at' }, errors)
  })
})
