import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { ProcessScope } from '../../../../../lib/processes/process-scope.ts'
import { UserError } from '../../../../../lib/user-error.ts'
import { listenOn } from '../serving/listen.ts'
import { answering, Relay } from './relay.ts'

/** How long opencode may take to listen, and to end when it is asked to, in milliseconds. */
const listensMs = 60_000
const graceMs = 1_000

export type OpencodeOptions = {
  readonly socket: string
  /** Where it runs. */
  readonly worktree: string
  readonly program: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What opencode says. */
  readonly tell: (line: string) => void
  /** Called when it has ended by itself. */
  readonly ended: (code: number | null) => void
}

/** opencode, behind a unix socket. It listens on loopback, where others may come to; they lack its password. */
export async function startOpencode(options: OpencodeOptions): Promise<AsyncDisposable> {
  await using starting = new AsyncDisposableStack()
  const scope = starting.use(new ProcessScope({ graceMs }))
  const password = randomBytes(32).toString('base64url')
  const url = await listening(scope, password, options)
  const relay = starting.use(new Relay(url, password, options.worktree))
  const answer = answering(relay)
  const server = createServer(answer)
  server.on('checkContinue', answer)
  server.on('upgrade', (request, client, head) => relay.upgrade(request, client, head))
  // Events come when there are some.
  starting.use(await listenOn(server, options.socket, 0))
  return starting.move()
}

async function listening(
  scope: ProcessScope,
  password: string,
  { program, environment, tell, ended }: OpencodeOptions,
): Promise<string> {
  // Where Node keeps compiled code is told to this program.
  const { NODE_COMPILE_CACHE: _, ...theirs } = environment
  const child = scope.spawn(program, ['serve', '--hostname', '127.0.0.1', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...theirs,
      OPENCODE_SERVER_PASSWORD: password,
      OPENCODE_SERVER_USERNAME: 'opencode',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      // Plugins and MCP servers of a repository would run at the first request. See own-configuration.ts for what they do in spite of it.
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
    },
  })
  const url = Promise.withResolvers<string>()
  let isUp = false
  const failed = (what: string) =>
    url.reject(new UserError(`opencode ${what}`, { fix: 'what it said stands above' }))
  for (const stream of [child.stdout, child.stderr])
    if (stream !== null)
      createInterface({ input: stream }).on('line', line => {
        tell(line)
        const [, found] = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? []
        if (found !== undefined) url.resolve(found)
      })
  child.once('error', error => failed(`cannot be started: ${error.message}`))
  child.once('exit', code => {
    failed(`has ended with ${code ?? 'a signal'}`)
    if (isUp && !scope.closed) ended(code)
  })
  const timer = setTimeout(() => failed(`does not listen after ${listensMs / 1_000} s`), listensMs)
  const found = await url.promise.finally(() => clearTimeout(timer))
  isUp = true
  return found
}
