import { homedir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from '../serving/call.ts'
import { version } from './obtain.ts'
import { startOpencode } from './server.ts'

const usage = `Runs opencode in the working directory, behind a unix socket, which needs no password. What the directory configures is not
heeded: its plugins and servers would run at the first request.

Usage: main.ts --socket PATH [--program PATH]

opencode ${version} is fetched by npm at the first start and kept in the cache of the user's home.

  --socket PATH    where to listen; nobody else may connect to it
  --program PATH   an opencode that is installed already
  -h, --help       this

Example: main.ts --socket /tmp/opencode.sock
`

await runProgram({ name: 'opencode', usage, texts: ['program'] }, ({ socket, texts }) =>
  startOpencode({
    socket,
    worktree: process.cwd(),
    program: texts.get('program'),
    cache: join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'debug-server', 'opencode'),
    environment: process.env,
    tell: line => void process.stdout.write(`${line}\n`),
    ended(code) {
      console.error(`opencode has ended by itself with ${code ?? 'a signal'}`)
      process.exit(1)
    },
  }),
)
